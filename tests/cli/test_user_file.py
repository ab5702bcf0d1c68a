"""A user's file on the command line: every command that takes a backend takes it."""

import json
from pathlib import Path

import numpy as np
import pytest

from compare.backends.worker import TIME_LIMIT
from compare.cli.app import EXAMPLES, command
from compare.training.checkpoint import load_checkpoint

COMMANDS = {name: command(name) for name in EXAMPLES}
# `experiment` takes the name of a side, and no file.
RUN_A_FILE = ["prove", "train", "evaluate", "predict", "explain", "exercise"]


@pytest.mark.heavy
def test_a_wrong_file_differs_and_is_diagnosed(command, user_file, right_functions, tmp_path: Path):
    wrong = right_functions.replace("return -logP", "print('noise'); return -logP").replace(".mean()", ".sum()")
    path, out = user_file(wrong), tmp_path / "json"
    done = command("prove", "--backend", path, "--data", "digits", "--epochs", 1, "--dtype", "float32", "--json", out)
    assert done.returncode == 1
    assert "noise" in done.stderr
    assert "noise" not in done.stdout
    assert "L is N = 100 times what it should be" in " ".join(done.stdout.split())
    assert "looks like summed-loss (100 % alike)" in " ".join(done.stdout.split())
    content = json.loads(out.read_text())
    assert content["diagnosis"]["guesses"][0] == {"bug": "summed-loss", "tag": "E3", "likeness": 1.0}
    assert content["runs"][0]["first_divergence"]["mine"] == pytest.approx(
        100 * content["runs"][0]["first_divergence"]["torch"], rel=1e-5
    )


def test_train_evaluate_and_explain_take_it(cli, user_file, right_functions, tmp_path: Path):
    path, model = user_file(right_functions), tmp_path / "model"
    options = "train", "--data", "digits", "--epochs", 2, "--json", tmp_path / "json"
    assert cli(*options, "--backend", path, "--save", model)[0] == 0
    assert cli(*options, "--backend", "scratch", "--save", tmp_path / "ours")[0] == 0
    for mine, ours in zip(*(load_checkpoint(file).state[:2] for file in (model, tmp_path / "ours")), strict=True):
        # the same functions, which add in another order, in each of 30 steps
        np.testing.assert_allclose(mine, ours, rtol=0, atol=30 * np.finfo("float32").eps, strict=True)
    code, out, _ = cli("explain", model, "--index", 3, "--backend", path, "--json", tmp_path / "json")
    assert code == 0
    assert "mine" in out
    assert set(json.loads((tmp_path / "json").read_text())["quantities"]["loss"]) == {"tag", "mine", "torch"}
    assert cli("evaluate", model, "--backend", path, "--quiet")[1] == cli("evaluate", model, "--quiet")[1]


def test_an_error_in_it_is_one_line_with_its_place(cli, user_file, one_function):
    path = user_file(one_function("nll_loss", "assert len(logP) > 90, 'short'; return scratch.nll_loss(logP, y)"))
    code, _, err = cli("train", "--data", "digits", "--epochs", 3, "--backend", path)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "nll_loss (E3) raises AssertionError: short" in err
    assert err.strip().endswith("at epoch 1, step 15")


@pytest.mark.heavy
def test_any_two_backends_can_be_compared(cli, user_file, right_functions, tmp_path: Path):
    path = user_file(right_functions)
    pairs = [(path, "scratch"), ("scratch", path), ("torch", "scratch"), ("torch", "torch")]
    for ours, theirs in pairs:
        options = "--data", "digits", "--epochs", 1, "--dtype", "float64", "--quiet", "--json", tmp_path / "json"
        assert cli("prove", "--backend", ours, "--against", theirs, *options)[0] == 0, (ours, theirs)
        first, second = json.loads((tmp_path / "json").read_text())["runs"][0]["sides"]
        assert first != second


def test_every_command_that_runs_it_says_what_its_process_protects_and_takes_a_time_limit():
    options = {name: {option.opts[0]: option for option in made.params} for name, made in COMMANDS.items()}
    files = {
        name
        for name, those in options.items()
        if any("Python file of your own" in (option.help or "") for option in those.values())
    }
    assert files | {"exercise"} == set(RUN_A_FILE)
    limits = {name: those["--time-limit"] for name, those in options.items() if "--time-limit" in those}
    assert list(limits) == [name for name in COMMANDS if name in RUN_A_FILE]
    assert {limit.help for limit in limits.values()} == {
        "Seconds that loading your file, or one call into it, may take. It runs in a process of its own, which "
        "protects the result, not your computer."
    }
    # that of the exercise depends on whether a file of functions or a test is checked
    assert {name: limit.default for name, limit in limits.items()} == dict.fromkeys(limits, TIME_LIMIT) | {
        "exercise": None
    }


@pytest.mark.parametrize("command", ["evaluate", "predict", "explain"])
def test_a_command_that_reads_a_checkpoint_passes_the_time_limit_on(
    refused, checkpoint, user_file, one_function, command: str
):
    path = user_file(one_function("logits", "import time; time.sleep(60)"))
    index = [] if command == "evaluate" else ["--index", 1]
    line = refused(command, checkpoint, "--backend", path, "--time-limit", 1, *index)
    assert "logits (E1) takes over 1 s (see --time-limit)" in line
