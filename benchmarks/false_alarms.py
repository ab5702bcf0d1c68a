"""How often the proof finds a difference where there is none: the clean pair, in both precisions.

    python benchmarks/false_alarms.py                (20 seeds x batches of 1, 7, 100 and all x 1 and 2 threads)

Each run is a whole proof on mnist5k with a few hundred steps of training: every check must pass.
"""

import argparse
import itertools
import sys

from compare import Hyperparameters, Problem, load
from compare.problem import DTYPES
from compare.proof.prove import prove

# Images to train on and epochs, by batch size; 0 is all images at once.
RUNS = {1: (300, 1), 7: (2100, 1), 100: (4000, 8), 0: (4000, 60)}


def main() -> None:
    """Run them all; exit code 1 if there was an alarm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default=20, type=int)
    parser.add_argument("--lr", default=1e-3, type=float)
    options = parser.parse_args()
    data, alarms, runs = load("mnist5k"), 0, 0
    for seed, (batch_size, (images, epochs)), threads in itertools.product(range(options.seeds), RUNS.items(), (1, 2)):
        chosen = Hyperparameters(
            epochs=epochs, batch_size=batch_size or images, lr=options.lr, seed=seed, train_subset=images
        )
        for dtype in DTYPES:
            run = prove(Problem(data, chosen), dtype, thread_count=threads)
            runs += 1
            if run.verdict != "match":
                alarms += 1
                failed = ", ".join(name for name, passed in run.checks.items() if not passed)
                print(f"seed {seed}, batch {batch_size or 'all'}, {threads} threads, {dtype}: {failed}", flush=True)
        print(f"\r{runs} runs", end="", file=sys.stderr, flush=True)
    print(f"\n{alarms} false alarms in {runs} clean runs")
    sys.exit(bool(alarms))


if __name__ == "__main__":
    main()
