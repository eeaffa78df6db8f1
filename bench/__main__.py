"""Measures Guanke beside its peers and writes the table of `bench/RESULTS.md`.

    python -m bench [--quick] [--rounds N] [--folder DIR] [ROW …]

Rows are named by their first number (1, 5, 9, 15). Only what was measured is replaced in the table.
"""

import argparse
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import results
from bench.inputs import Inputs
from bench.rows import Measure, clips, ladder, scenes, serve, sound

MEASURES: dict[str, Measure] = {
    "1": ladder.rows,
    "5": scenes.rows,
    "6": sound.rows,
    "9": clips.rows,
    "15": serve.rows,
}
QUICK = ("1", "5", "6", "15")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 1 when a row misses its bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--quick", action="store_true", help="less of everything, under 5 minutes")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--folder", type=Path, default=Path("build/bench"))
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.rows) - MEASURES.keys():
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    inputs = Inputs(
        folder=chosen.folder.resolve(),
        rounds=chosen.rounds or (1 if chosen.quick else 3),
        quick=chosen.quick,
    )
    missed = False
    for number in chosen.rows or (QUICK if chosen.quick else tuple(MEASURES)):
        for row in MEASURES[number](inputs):
            print(results.line(row), flush=True)
            missed |= row.holds is False
            if not chosen.quick:
                results.keep(row, f"Python {platform.python_version()}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
