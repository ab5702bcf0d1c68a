"""What a user's E3 may return for the loss."""

from pathlib import Path

import numpy as np
import pytest

from compare.backends.user_file import UserFile, UserFileError

# What E3 may return in a run of this dtype, and what is said of it if it may not.
NUMBERS = {
    "a float": ("return 0.1", None),
    "an int": ("return 1", None),
    "a scalar in float64": ("return np.float64(0.1)", None),
    "an array in float64": ("return np.array(0.1)", None),
    "an array of the dtype": ("return np.array(0.1, logP.dtype)", None),
    "a scalar of the dtype": ("return logP.dtype.type(0.1)", None),
    "an array in float16": ("return np.array(0.1, np.float16)", "returns L in float16, not DTYPE"),
    "an array of integers": ("return np.array(1)", "returns L in int64, not DTYPE"),
    "a scalar of integers": ("return np.int64(1)", "returns L in int64, not DTYPE"),
    "an array of one": ("return np.array([0.1])", "returns L in shape (1,), not a single number, shape ()"),
    "text": ("return '0.1'", "returns a str for L, not a number"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_a_loss_is_a_number_of_python_or_of_the_dtype(user_file, one_function, dtype: str, case: str):
    body, words = NUMBERS[case]
    nll_loss = UserFile(Path(user_file(one_function("nll_loss", body)))).equations().nll_loss
    inputs = np.log(np.full((2, 2), 0.5, dtype)), np.array([0, 1])
    if words:
        with pytest.raises(UserFileError) as refused:
            nll_loss(*inputs)
        assert words.replace("DTYPE", dtype) in str(refused.value)
    else:
        found = nll_loss(*inputs)
        assert (found.dtype, found) == (np.dtype(dtype), np.dtype(dtype).type(0.1 if "0.1" in body else 1))
