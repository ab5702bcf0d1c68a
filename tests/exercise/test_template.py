"""The template: six functions to write, each with its equation, its shapes and an example that is right."""

import importlib.util
import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest

import compare.exercise
from compare.bugs.worked_example import worked_example
from compare.equations import FUNCTIONS

TEMPLATE = Path(compare.exercise.__file__).with_name("template.py")


def stub_functions() -> dict:
    spec = importlib.util.spec_from_file_location("mine", TEMPLATE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: getattr(module, name) for name in FUNCTIONS}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_stub_has_each_function_with_its_equation_shapes_and_example(name: str):
    function, contract = stub_functions()[name], FUNCTIONS[name]
    assert list(inspect.signature(function).parameters) == list(contract.parameters)
    with pytest.raises(NotImplementedError):
        function(*[None] * len(contract.parameters))
    text = inspect.getdoc(function)
    assert text.startswith(f"{contract.tag}: ")
    results = worked_example()[name][1]
    for symbol, expected in zip(contract.results, results if isinstance(results, tuple) else (results,), strict=True):
        shown = re.findall(rf"\b{symbol} = (\[.*?\](?=  |$)|[\d.]+$)", text, re.MULTILINE)[-1]
        np.testing.assert_allclose(json.loads(shown), expected, rtol=0, atol=5.1e-5)
