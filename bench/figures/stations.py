"""fl3: from an altered file to its text put back by a station, beside a program that looks every 500 ms."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.figure import Figure, Goal, compared, in_turn
from foundry_site.environment import BASE_DIR

GOAL = Goal("<=", 0.6)
REPOSITORIES = 200
POLL = 0.5
PATIENCE = 30.0


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """fl3."""
    tries, rounds = (30, 2) if quick else (100, 3)
    medians: list[float] = []
    with station(REPOSITORIES) as files, polling(REPOSITORIES) as polled:

        def kept() -> float:
            found = [reverted(files) for _ in range(tries)]
            medians.append(statistics.median(found))
            return percentile(found)

        pairs = in_turn(rounds, kept, lambda: percentile([reverted(polled) for _ in range(tries)]))
    notes = [
        f"{tries} alterations a round in {REPOSITORIES} repositories, in place or by a file renamed over; p99.",
        f"The station's median: {statistics.median(medians):.0f} ms, of which it waits 80 ms for the file to be quiet.",
        "Baseline: a program that asks for each file's time and size every 500 ms, and writes at once.",
    ]
    figure = compared("fl3", "An altered file put back", "ms", GOAL, pairs, notes=notes)
    return [figure] if figure.number in wanted else []


@contextmanager
def station(count: int) -> Iterator[Sequence[Path]]:
    """The files that a station keeps."""
    with tempfile.TemporaryDirectory(prefix="foundry-bench-") as name:
        environment = {**os.environ, "PYTHONPATH": f"{BASE_DIR}{os.pathsep}{BASE_DIR / 'station'}"}
        command = [sys.executable, "-m", "bench.station_program", name, str(count)]
        with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            if process.stdout.readline() != b"ready\n":
                raise RuntimeError("the station did not start")
            yield [Path(name).resolve() / f"repository-{number}" / "CLAUDE.md" for number in range(count)]
            process.stdin.close()
            process.wait(PATIENCE)


@contextmanager
def polling(count: int) -> Iterator[Sequence[Path]]:
    """The files that a program looks at every 500 ms."""
    with tempfile.TemporaryDirectory(prefix="foundry-bench-") as name:
        files = [Path(name) / f"{number}.md" for number in range(count)]
        text = b"# My own lines\n" * 20 + b"Never.\n" * 200
        for file in files:
            file.write_bytes(text)
        stop = threading.Event()
        thread = threading.Thread(target=_poll, args=(files, text, stop))
        thread.start()
        yield files
        stop.set()
        thread.join()


def _poll(files: Sequence[Path], text: bytes, stop: threading.Event) -> None:
    known = {file: _facts(file) for file in files}
    while not stop.wait(POLL):
        for file in files:
            if _facts(file) != known[file]:
                file.write_bytes(text)
                known[file] = _facts(file)


def _facts(file: Path) -> tuple[int, int]:
    facts = file.stat()
    return facts.st_mtime_ns, facts.st_size


def reverted(files: Sequence[Path]) -> float:
    """Alter one of the files; the milliseconds until its text is there again."""
    file = random.choice(files)  # noqa: S311 (no secret)
    before = file.read_bytes()
    altered = before.replace(b"Never.\n", b"Always %d.\n" % random.getrandbits(40), 1)
    time.sleep(random.uniform(0.05, 0.25))  # noqa: S311 (no secret): at any moment between two looks
    began = time.perf_counter()
    if random.random() < 0.5:  # noqa: S311 (no secret)
        file.write_bytes(altered)
    else:
        beside = file.with_name(".editor")
        beside.write_bytes(altered)
        beside.replace(file)
    while file.read_bytes() != before:
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError(f"{file} was not put back")
        time.sleep(0.001)
    return (time.perf_counter() - began) * 1000


def percentile(values: Sequence[float]) -> float:
    """The 99th."""
    return statistics.quantiles(values, n=100, method="inclusive")[98]
