"""`script/bench [p1 n2 …] [--quick] [--json FILE]`: measure, say what is found as it is found, write the table.

`script/bench soak [--minutes 10]`: does a node grow under load that goes on and on?
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from bench.report import line, write_document, write_json
from bench.world import services

# module → its figures, in the order in which they are measured
MODULES = {
    "writes": ("p3", "p4", "p5", "p6"),
    "fanout": ("p1", "p2"),
    "growth": ("p7", "p8"),
    "compare": ("p9a", "p9b"),
    "catch_up": ("p10",),
    "idle": ("p11",),
    "two_nodes": ("p12",),
    "replay": ("p13",),
    "proposals": ("p14", "p15", "p17", "p18", "p19"),
    "files": ("p16a", "p16b"),
    "runs": ("n1", "n2", "n3", "n4"),
    "pad_writers": ("d1", "d2", "d3"),
    "pads": ("d4", "d5", "d6"),
    "fleet": ("fl1a", "fl1b", "fl2", "fl4", "fl5"),
    "stations": ("fl3",),
    "registers": ("r1", "r2", "r3", "r4"),
    "sites": ("r5", "r6", "r7", "r8"),
    "scripts": ("s1", "s2"),
    "rules": ("s3",),
    "changes": ("s4a", "s4b"),
}
# p: the product without stages; n: runs; d: pads; fl: fleet; r: registers; s: automation.
LETTERS = "pndfrs"
ALL = [number for numbers in MODULES.values() for number in numbers]


def main() -> int:
    """Measure what is wanted; 0 if it could be measured, whatever the figures."""
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure Foundry against its baselines.")
    parser.add_argument(
        "figures",
        nargs="*",
        metavar="p1",
        help=f"which figures: {', '.join(sorted(ALL, key=_place))}; all by default",
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, some minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as JSON")
    parser.add_argument("--minutes", type=float, default=10, help="how long `soak` lasts; default 10")
    options = parser.parse_args()
    if options.figures == ["soak"]:
        return _soak(options.minutes)
    wanted = _wanted(options.figures, parser)
    figures = []
    began = time.monotonic()
    with services():
        for module, numbers in MODULES.items():
            here = wanted & set(numbers)
            if here:
                print(f"Measuring {', '.join(sorted(here))} …", flush=True)
                found = importlib.import_module(f"bench.figures.{module}").measure(here, quick=options.quick)
                figures += found
                for figure in found:
                    print(line(figure), flush=True)
    figures.sort(key=lambda figure: _place(figure.number))
    if options.json:
        write_json(figures, options.json)
    # A stage that is not installed leaves its figures out; the document keeps all of them.
    if len(figures) == len(ALL) and not options.quick:
        write_document(figures)
    print(f"Done in {time.monotonic() - began:.0f} s.")
    return 0


def _place(number: str) -> tuple[int, int, str]:
    """Where a figure comes in lists: the trunk's, then those of stages, by their numbers."""
    return (LETTERS.index(number[0]), int("".join(filter(str.isdigit, number))), number)


def _soak(minutes: float) -> int:
    from bench.soak import report, soak

    print(f"Joins, locks, saves and leaves for {minutes:g} minutes …", flush=True)
    with services():
        print(report(soak(minutes), minutes))
    return 0


def _wanted(named: list[str], parser: argparse.ArgumentParser) -> set[str]:
    in_two = {"p9": ("p9a", "p9b"), "p16": ("p16a", "p16b"), "fl1": ("fl1a", "fl1b")}
    wanted = {number for name in named for number in in_two.get(name, (name,))} or set(ALL)
    unknown = wanted - set(ALL)
    if unknown:
        parser.error(f"there is no figure {min(unknown)}")
    return wanted


if __name__ == "__main__":
    sys.exit(main())
