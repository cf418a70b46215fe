"""Tests that failed beside others are run once more by themselves, where they are few."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from foundry_site.launcher.second_try import MOST, run_with_second_try


class Runs:
    """Stands for pytest: each run ends with the next status, and remembers the tests that fail in it."""

    def __init__(self, remembered: Path, *ends: tuple[int, list[str]]) -> None:
        self.remembered = remembered
        self.ends = list(ends)
        self.asked: list[list[str]] = []

    def __call__(self, arguments: Sequence[str]) -> int:
        self.asked.append([*arguments])
        status, failed = self.ends.pop(0)
        if failed:
            self.remembered.write_text(json.dumps(dict.fromkeys(failed, True)))
        return status


@pytest.fixture
def remembered(tmp_path: Path) -> Path:
    file = tmp_path / "lastfailed"
    file.write_text(json.dumps({"tests/test_of_yesterday.py::test_it": True}))
    return file


def test_few_failed_tests_are_run_again_and_named(remembered: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = Runs(remembered, (1, ["tests/test_b.py::test_b", "tests/test_a.py::test_a"]), (0, []))
    assert run_with_second_try(runs, ["-n", "4"], remembered) == 0
    assert runs.asked == [["-n", "4"], ["-n0", "tests/test_a.py::test_a", "tests/test_b.py::test_b"]]
    said = capsys.readouterr()
    assert "tests/test_a.py::test_a" in said.out + said.err


def test_what_fails_again_fails(remembered: Path) -> None:
    runs = Runs(remembered, (1, ["tests/test_a.py::test_a"]), (1, ["tests/test_a.py::test_a"]))
    assert run_with_second_try(runs, [], remembered) == 1


@pytest.mark.parametrize(
    "end", [(0, []), (2, ["tests/test_a.py::test_a"]), (1, [f"tests/test_{number}.py" for number in range(MOST + 1)])]
)
def test_nothing_is_run_again_otherwise(end: tuple[int, list[str]], remembered: Path) -> None:
    runs = Runs(remembered, end)
    assert run_with_second_try(runs, [], remembered) == end[0]
    assert len(runs.asked) == 1


def test_what_an_earlier_run_remembered_is_not_run(remembered: Path) -> None:
    runs = Runs(remembered, (1, []))
    assert run_with_second_try(runs, [], remembered) == 1
    assert len(runs.asked) == 1
