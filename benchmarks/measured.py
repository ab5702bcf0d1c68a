"""What `speed.py` measured: as a table, as JSON, as a picture, and beside an earlier file."""

import json
import statistics
from pathlib import Path
from typing import Any, NamedTuple

from compare.data.regular_files import read_bytes
from compare.data.strict_json import parse_json
from compare.files import whole_file
from compare.report.pictures import BLUE, VERMILION, check_picture, new_figure, save_picture

FORMAT = 1
# Of what is divided in an earlier file: no training takes so many seconds, or MB.
LARGEST = 1e9


class Ratio(NamedTuple):
    """Time of `slow` divided by that of `fast`, and its limit: a ratio of `at_least` or of `at_most`."""

    slow: str
    fast: str
    at_least: float | None = None
    at_most: float | None = None


RATIOS = (
    Ratio("tutorial", "scratch", at_least=40),
    Ratio("scratch", "products", at_most=1.45),
    Ratio("scratch", "jax", at_most=1),
    Ratio("tutorial", "torch_impl", at_least=10),
    Ratio("torch_impl", "bare", at_most=1.2),
)
# Along the axis of the picture.
TICKS = 0.5, 1, 2, 5, 10, 20, 50, 100
# The unit of whole processes: a program that imports PyTorch and ends.
UNIT = "import torch"


class Measured(NamedTuple):
    """Seconds of each candidate in each round, and of each whole process its seconds and its peak of memory in MB."""

    machine: dict[str, Any]
    rounds: list[dict[str, float]]
    processes: dict[str, tuple[float, float]]

    def seconds(self, name: str) -> float:
        """The median over rounds."""
        return statistics.median(times[name] for times in self.rounds)

    def ratio(self, slow: str, fast: str) -> float:
        """The median over rounds of two times from the same round."""
        return statistics.median(times[slow] / times[fast] for times in self.rounds)

    def shares(self) -> dict[str, float]:
        """What may be compared between runs: epochs in units of `products`, processes in units of `import torch`."""
        unit, _ = self.processes[UNIT]
        epochs = {name: self.ratio(name, "products") for name in self.rounds[0] if name != "products"}
        return epochs | {name: seconds / unit for name, (seconds, _) in self.processes.items() if name != UNIT}


def save(measured: Measured, path: Path) -> None:
    """Write it as JSON, whole or not at all."""
    with whole_file(path) as stream:
        stream.write((json.dumps({"format": FORMAT, **measured._asdict()}, indent=1) + "\n").encode())


def read(path: Path) -> Measured:
    """What `save` wrote. Raises ValueError if it is something else, OSError if it cannot be read."""
    try:
        found = parse_json(read_bytes(path))
        if found.pop("format") != FORMAT:
            raise ValueError("another format")
        measured = Measured(**found)
        _check(measured)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise ValueError(f"{path}: not written by speed.py --json ({error})") from None
    return measured


def _check(measured: Measured) -> None:
    """Raise ValueError, or what else is no such thing raises, unless all that is divided is there and positive."""
    names = measured.rounds[0].keys()
    if "products" not in names or any(times.keys() != names for times in measured.rounds):
        raise ValueError("its rounds are not of the same candidates, products among them")
    times = [seconds for one in measured.rounds for seconds in one.values()]
    times += [number for two in measured.processes.values() for number in two]
    if any(type(number) not in (int, float) or not 0 < number < LARGEST for number in times):
        raise ValueError("a time that is no positive number")
    if UNIT not in measured.processes or any(len(two) != 2 for two in measured.processes.values()):
        raise ValueError(f"no seconds and memory of {UNIT}")


def print_table(measured: Measured, about: dict[str, str]) -> None:
    """Times, ratios with their limits, and whole processes. about: a line on each candidate."""
    print(f"one epoch of MNIST, batch 100, float32; medians of {len(measured.rounds)} rounds")
    print(f"  {', '.join(f'{name} {value}' for name, value in measured.machine.items())}")
    for name in measured.rounds[0]:
        print(f"  {name:<11}{measured.seconds(name):8.3f} s   {about[name]}")
    print("ratios")
    for ratio in RATIOS:
        if ratio.fast in measured.rounds[0]:
            print(f"  {_words(ratio):<24}{measured.ratio(ratio.slow, ratio.fast):6.2f}   ({_limit(ratio)})")
    print("whole processes")
    for name, (seconds, peak) in measured.processes.items():
        print(f"  {name:<38}{seconds:7.2f} s  {peak:5.0f} MB")


def print_against(measured: Measured, earlier: Measured) -> None:
    """Now divided by then, of all that both have."""
    print(
        "now / then, below 1 is faster (then -> now: an epoch / that of products, a process / that of "
        f"{UNIT}, of the same run)"
    )
    now, then = measured.shares(), earlier.shares()
    for name in now:
        if name in then:
            print(f"  {name:<38}{now[name] / then[name]:7.2f}   ({then[name]:.2f} -> {now[name]:.2f})")


def draw(measured: Measured, earlier: Measured | None, path: Path) -> None:
    """Bars of the epochs in units of `products`; marks for an earlier run. Raises InputError as `save_picture`."""
    check_picture(path)
    names = sorted((name for name in measured.rounds[0] if name != "products"), key=measured.seconds)
    values = [measured.ratio(name, "products") for name in names]
    figure = new_figure(
        8,
        3.6,
        "One epoch of MNIST, in units of its gather and two matrix products",
        f"scratch.fit takes {measured.ratio('scratch', 'products'):.2f} times what it cannot do without.",
    )
    axes = figure.subplots()
    bars = axes.barh(names, values, color=BLUE, label="now")
    axes.bar_label(bars, fmt="%.2f", label_type="center", color="white")
    if earlier:
        both = [name for name in names if name in earlier.rounds[0]]
        then = [earlier.ratio(name, "products") for name in both]
        axes.plot(then, both, "D", color=VERMILION, label="then")
        axes.legend(loc="lower right")
        values += then
    axes.set_xscale("log")
    axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
    # jax may take less time than that
    axes.set_xlim(min(1, 0.7 * min(values)), 2 * max(values))
    axes.minorticks_off()
    axes.set_xlabel("time of an epoch / time of its gather and products (log scale)")
    save_picture(figure, path)


def _words(ratio: Ratio) -> str:
    return f"{ratio.slow} / {ratio.fast}"


def _limit(ratio: Ratio) -> str:
    return f"at least {ratio.at_least:g}" if ratio.at_least else f"at most {ratio.at_most:g}"
