"""Changes of compare/exercise: see table.py."""

# fmt: off
CHANGES: list[tuple[str, str, str, str]] = [
    ('compare/exercise/hints.py', 'type(count) is int and count > 0', 'True', 'tests/exercise/test_hints.py::test_a_count_that_is_none_of_ours'),
    ('compare/exercise/check.py', '"" if others else', '"" if len(order) > 1 else', 'tests/exercise/test_check.py::test_the_one_that_is_wrong_and_why'),
    ('compare/exercise/check.py', 'if number == first]', 'if number >= first]', 'tests/exercise/test_check.py::test_the_one_that_is_wrong_and_why'),
    ('compare/bugs/worked_example.py', 'EXAMPLE_LR = 0.5', 'EXAMPLE_LR = 1.0', 'tests/exercise/test_check.py::test_sizes_and_rate_of_the_worked_example_hide_no_mistake'),
]
