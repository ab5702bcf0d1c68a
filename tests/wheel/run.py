"""The wheel, built and installed in a new environment, runs every command from an empty folder elsewhere.

    python tests/wheel/run.py        (needs the dev extra; under a minute)

What the wheel depends on comes from the environment that runs this; nothing comes from the checkout. Exit code 0: all
is well; 1: what went wrong is shown.
"""

import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHECKPOINT = "digits.safetensors"
SHORT = "--data", "digits", "--epochs", "3"

# arguments of `python -m compare`, exit code, and words of what is printed
COMMANDS = (
    (("--version",), 0, "0."),
    (("data", "--list"), 0, "cifar100"),
    (("data", "digits", "--picture", "samples.png"), 0, "1,797"),
    (("prove", *SHORT, "--json", "proof.json", "--pictures", "pictures", "--run", "proof"), 0, "match"),
    (("train", "--backend", "torch", *SHORT, "--save", CHECKPOINT, "--quiet"), 0, ""),
    (("train", "--backend", "scratch", "--resume", CHECKPOINT, "--epochs", "4", "--run", "training"), 0, ""),
    (("evaluate", CHECKPOINT), 0, "digits"),
    (("predict", CHECKPOINT, "--index", "7"), 0, ""),
    (("explain", CHECKPOINT, "--index", "7"), 0, "E6"),
    (("runs",), 0, "training"),
    (("experiment", "lr", "--quiet"), 0, "lr 0.1"),
    (("page", "--data", "digits", "--epochs", "1"), 0, "page: page.html"),
    (("bugs", "--list"), 0, "summed-gradient"),
    (("bugs", "summed-gradient"), 0, "summed-gradient"),
    (("exercise", "--new", "mine.py"), 0, "mine.py"),
    (("exercise", "mine.py"), 1, "Before logits"),
    (("exercise", "--check", "--new", "my_test.py"), 0, "my_test.py"),
    (("exercise", "--check", "my_test.py"), 1, "of 48 classic"),
    (("train", "--data", "mnits"), 2, "error: "),
)

# after a whole proof, no module of ours is from outside the new environment, and the checkout is not on sys.path
WHERE = """
import sys
from pathlib import Path
from compare.__main__ import main
checkout = Path(sys.argv[1])
sys.argv = ["compare", "prove", "--data", "digits", "--epochs", "1", "--quiet"]
try:
    main()
except SystemExit as stopped:
    assert not stopped.code
import compare
files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
ours = {name: file for name, file in files.items() if name.partition(".")[0] in ("compare", "scratch", "torch_impl")}
strangers = [file for file in (*ours.values(), compare.maths_page()) if not Path(file).is_relative_to(sys.prefix)]
assert len(ours) > 20 and not strangers, strangers
assert checkout not in map(Path, sys.path)
"""


def main() -> None:
    """Build, install, run."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        wheel = build(folder)
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.2f} MB")
        python = install(wheel, folder / "env")
        elsewhere = folder / "elsewhere"
        elsewhere.mkdir()
        faults = [run([python, "-m", "compare", *options], elsewhere, *expected) for options, *expected in COMMANDS]
        faults.append(run([python.with_name("softmax-twice"), "--version"], elsewhere, 0, "0."))
        faults.append(run([python, "-c", WHERE, ROOT], elsewhere, 0, "match"))
    print(f"{sum(faults)} of {len(faults)} went wrong, after {time.perf_counter() - began:.0f} s")
    sys.exit(any(faults))


def build(folder: Path) -> Path:
    """The wheel of this checkout."""
    options = "--quiet", "--no-deps", "--no-build-isolation", "--no-index"
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, ROOT], check=True)
    return next(folder.glob("*.whl"))


def install(wheel: Path, env: Path) -> Path:
    """Install the wheel in a new environment that sees what the present one has; its Python."""
    venv.create(env, symlinks=os.name != "nt")
    python = env / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    options = "--quiet", "--no-deps", "--no-index", "--no-warn-script-location"
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", *options, wheel], check=True)
    own = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[-1])"], capture_output=True, text=True
    )
    # a folder that is named so has none of its .pth files read, and so not that of an editable install
    packages = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    Path(own.stdout.strip(), "packages-from-outside.pth").write_text("\n".join(packages) + "\n")
    return python


def run(command: list[object], folder: Path, code: int, words: str) -> bool:
    """Run the command in this folder: True, and what it prints, if its exit code or words are not the expected ones."""
    own = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "COMPARE_DATA_ROOT"}
    environment = {name: value for name, value in os.environ.items() if name not in own}
    environment["XDG_CACHE_HOME"] = str(folder.parent / "cache")
    began = time.perf_counter()
    done = subprocess.run([*map(str, command)], cwd=folder, env=environment, capture_output=True, text=True)
    printed = done.stdout + done.stderr
    fault = done.returncode != code or words not in printed or "Traceback" in printed
    shown = "the whereabouts of every module" if "-c" in command else " ".join(map(str, command[1:]))
    print(f"{time.perf_counter() - began:5.1f} s  {shown}", flush=True)
    if fault:
        print(f"{printed}\nWRONG: exit code {done.returncode} instead of {code}, or without {words!r}", flush=True)
    return fault


if __name__ == "__main__":
    main()
