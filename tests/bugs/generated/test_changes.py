"""The walk: which changes of a line it makes, and what it leaves alone."""

import ast
import inspect

import pytest

import scratch
from compare.bugs.generated.changes import all_changes
from compare.equations import FUNCTIONS


def lines(body: str, arguments: str = "a, b") -> list[str]:
    """The changed lines of a function with this body."""
    text = "\n".join(f"    {line}" for line in body.splitlines())
    return [change.changed_line for change in all_changes(f"def f({arguments}):\n{text}")]


# One line, and what becomes of it.
LINES = {
    "return a - b": {
        "return -(a - b)", "return a + b", "return a * b", "return a / b", "return a // b", "return a ** b",
        "return b - a", "return a", "return b", "return b - b", "return a - a",
    },
    "return a + 1": {
        "return -(a + 1)", "return a - 1", "return a * 1", "return a / 1", "return a // 1", "return a ** 1",
        "return a", "return 1", "return b + 1", "return a + 0", "return a + 2",
    },
    "return -a": {"return --a", "return a", "return -b"},
    "return a.sum(axis=1, keepdims=True)": {
        "return -a.sum(axis=1, keepdims=True)", "return a.mean(axis=1, keepdims=True)",
        "return a.max(axis=1, keepdims=True)", "return a.min(axis=1, keepdims=True)",
        "return a.prod(axis=1, keepdims=True)", "return a", "return b.sum(axis=1, keepdims=True)",
        "return a.sum(axis=0, keepdims=True)", "return a.sum(axis=2, keepdims=True)",
        "return a.sum(axis=-1, keepdims=True)", "return a.sum(keepdims=True)",
        "return a.sum(axis=1, keepdims=False)", "return a.sum(axis=1)",
    },
    "return tanh(a)": {"return -tanh(a)", "return a", "return tanh(b)"},
    "return np.exp(a)": {
        "return -np.exp(a)", "return np.exp2(a)", "return np.expm1(a)", "return a", "return np.exp(b)",
    },
    "return f(a, b)": {"return -f(a, b)", "return a", "return f(b, a)", "return f(b, b)", "return f(a, a)"},
    "return np.add(a, b)": {
        "return -np.add(a, b)", "return np.subtract(a, b)", "return np.multiply(a, b)", "return np.divide(a, b)",
        "return a", "return np.add(b, b)", "return np.add(a, a)",
    },
    "return float(a)": {"return -float(a)", "return int(a)", "return a", "return float(b)"},
    "return len(a)": {"return -len(a)", "return a", "return len(a) + 1", "return len(a) - 1", "return len(b)"},
    "return a.T": {"return -a.T", "return a", "return b.T"},
    "return a, b": {"return (-a, b)", "return (a, -b)", "return (b, a)", "return (b, b)", "return (a, a)"},
    "return a[0, b]": {
        "return -a[0, b]", "return a[:, b]", "return a[0 - 1, b]", "return a[0[::-1], b]", "return a[0, :]",
        "return a[0, b - 1]", "return a[0, b[::-1]]", "return b[0, b]", "return a[b, 0]", "return a[-1, b]",
        "return a[1, b]", "return a[0, a]",
    },
    "a /= b": {
        "a += b", "a -= b", "a *= b", "a //= b", "a **= b", "a = b", "", "a /= a",
    },
    "a = b": {"a = a"},
    "return np.zeros(b, dtype=None)": {"return -np.zeros(b, dtype=None)", "return b", "return np.zeros(a, dtype=None)",
                                       "return np.zeros(b)"},
}  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_the_changes_of_a_line(line: str):
    changed = lines(line)
    assert len(changed) == len(set(changed))
    assert set(changed) == LINES[line]


GUARDS = {
    "a docstring": '"""Of one and two."""',
    "an error": "if a.ndim != 2:\n    raise ValueError(f'{1 + 1}')",
    "an early end": "if len(a) == 0:\n    return a - b",
    "a check": "check(a=a, b=b + 1)",
    "several": '"""One."""\ncheck(a)\nif len(a) == 0:\n    a = b\n    return 1\nif b - 1:\n    raise ValueError',
}


@pytest.mark.parametrize("guard", GUARDS)
def test_what_only_looks_at_the_inputs_is_left_alone(guard: str):
    assert set(lines(f"{GUARDS[guard]}\nreturn -a")) == LINES["return -a"]


def test_what_is_assigned_may_stand_in_place_of_an_argument():
    assert lines("c = a\nreturn a", "a") == ["c = c", "return -a", "return c"]


def test_a_change_is_shown_with_what_it_is_part_of():
    shown = [
        (change.old, change.new) for change in all_changes("def f(a, b):\n    c = a.sum(axis=1)\n    return len(a)")
    ]
    assert ("axis=1", "axis=0") in shown
    assert ("axis=1", "") in shown
    assert ("len(a)", "len(b)") in shown
    assert ("a.sum(axis=1)", "a") in shown
    assert ("return len(a)", "return -len(a)") in shown


def test_one_line_of_the_whole_function_is_changed():
    for name in FUNCTIONS:
        source = inspect.getsource(getattr(scratch, name))
        before = ast.unparse(ast.parse(source)).splitlines()
        for change in all_changes(source):
            after = change.source.splitlines()
            differing = [line for line in before if line not in after]
            assert [line.strip() for line in differing] == [change.line]
            assert len(after) == len(before) - (not change.changed_line)
            assert not change.changed_line or f"    {change.changed_line}" in after


def test_the_walk_is_always_the_same():
    source = inspect.getsource(scratch.logits_gradient)
    assert list(all_changes(source)) == list(all_changes(source))
