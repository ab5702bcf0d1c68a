"""The right variants: enough of each function, none that needs a library, and plain arrays from each."""

import re
from pathlib import Path

import numpy as np
import pytest

from compare.bugs.right import LIBRARIES, numpy_variants
from compare.bugs.worked_example import worked_example
from compare.equations import FUNCTIONS
from compare.problem import DTYPES


@pytest.mark.parametrize("name", FUNCTIONS)
def test_all_are_there_but_those_that_need_a_library(root: Path, name: str):
    text = (root / f"compare/bugs/right/{name}.py").read_text()
    written = re.findall(r"^def ([a-z]\w*)(.*?)(?=^def |\Z)", text, re.M | re.S)
    needing = {variant for variant, body in written if re.search(r"import (scipy|torch)|from scipy", body)}
    assert needing == {variant for variant, _ in written if variant.startswith(LIBRARIES)}
    assert list(numpy_variants()[name]) == [variant for variant, _ in written if variant not in needing]
    assert len(numpy_variants()[name]) >= 28


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_returns_the_values_of_the_worked_example_in_plain_arrays(name: str, dtype: str):
    given, expected = worked_example()[name]
    inputs = [one.astype(dtype) if getattr(one, "dtype", None) == np.float64 else one for one in given]
    for variant, function in numpy_variants()[name].items():
        results, wanted = (one if isinstance(one, tuple) else (one,) for one in (function(*inputs), expected))
        for ours, theirs in zip(results, wanted, strict=True):
            assert type(ours) is (np.ndarray if np.ndim(theirs) else np.dtype(dtype).type), variant
            assert ours.dtype == dtype, variant
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6, err_msg=variant)
