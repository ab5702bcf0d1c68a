"""JSON as this program writes it, and what Python would read besides."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.data.strict_json import DEEPEST, parse_json

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@settings(max_examples=30, deadline=None)
@given(values)
def test_what_is_written_comes_back(value: object):
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value, ensure_ascii=True).encode()) == value


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    return opening * levels + closing * levels


@pytest.mark.parametrize("pair", [("[", "]"), ('{"a":', "}")])
def test_levels_are_counted(pair: tuple[str, str]):
    opening, closing = pair
    filled = "1" if opening != "[" else ""
    parse_json(opening * DEEPEST + filled + closing * DEEPEST)
    with pytest.raises(ValueError, match="more than 32 levels"):
        parse_json(opening * (DEEPEST + 1) + filled + closing * (DEEPEST + 1))


REFUSED = {
    "nothing": ("", "Expecting value"),
    "two values": ("1 2", "Extra data"),
    "no utf-8": (b'"\xff"', "can't decode"),
    "nan": ("[NaN]", "NaN is not a finite number"),
    "infinity": ("-Infinity", "-Infinity is not a finite number"),
    "beyond float64": ("1e999", "1e999 is not a finite number"),
    "a long number beyond float64": (f"1{'0' * 400}.5", "0 is not a finite number"),
    "an integer of 5,000 digits": ("9" * 5000, "a number of 5,000 digits"),
    "a name twice": ('{"x": {"a": 1, "b": 2, "a": 3}}', "a name twice in one object, which has 'a', 'b'"),
    "100,000 levels": (nested(100_000), "more than 32 levels"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_never_written_is_refused(case: str):
    text, words = REFUSED[case]
    with pytest.raises(ValueError, match=r".+") as error:
        parse_json(text)
    assert words in str(error.value)
    assert len(str(error.value)) < 200
