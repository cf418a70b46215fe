"""The tests that prove each control, and their last results in this build."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from foundry_site.environment import BASE_DIR

RESULTS: Final = BASE_DIR / ".foundry" / "controls.json"
Outcome = Literal["passed", "failed", "skipped", "not run"]

_NAME = re.compile(r"test((?:_c\d\d)+)_")
# The sources of a build; everything installed or generated follows from them.
_SOURCES: Final = frozenset({".py", ".ts", ".css", ".html", ".toml", ".json", ".txt", ".svg"})
_NOT_OURS: Final = frozenset({"node_modules", "static", "__pycache__", "bench"})
# From the worst: a control is as good as its worst test.
_WORST_FIRST: Final[tuple[Outcome, ...]] = ("failed", "skipped", "not run", "passed")


@dataclass(frozen=True, slots=True)
class ControlTest:
    """One test function (`path::name`), the controls in its name, and its last outcome on this build."""

    test: str
    controls: frozenset[str]
    outcome: Outcome


def controls_of(name: str) -> frozenset[str]:
    """The controls that a test function's name proves: `test_c12_c20_the_report…` → c12, c20."""
    found = _NAME.match(name)
    return frozenset(found.group(1).strip("_").split("_")) if found else frozenset()


def control_tests(folder: Path = BASE_DIR / "tests") -> list[ControlTest]:
    """Every test that proves a control, in order of file and line."""
    outcomes = _outcomes(read_results())
    return [
        ControlTest(test, controls_of(name), outcomes.get(test, "not run"))
        for path in sorted(folder.rglob("test_*.py"))
        for name in _functions(path)
        if controls_of(name)
        for test in [f"{path.relative_to(folder.parent).as_posix()}::{name}"]
    ]


def worst(outcomes: Iterator[Outcome]) -> Outcome | None:
    """The worst of several outcomes; None without any."""
    found = set(outcomes)
    return next((outcome for outcome in _WORST_FIRST if outcome in found), None)


def build() -> str:
    """The id of this build: SHA-256 over the paths and hashes of its sources."""
    digest = hashlib.sha256()
    for path in sorted(_sources(BASE_DIR)):
        name = path.relative_to(BASE_DIR).as_posix()
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def read_results() -> dict[str, str]:
    """Outcomes by node id, of this build only."""
    try:
        kept: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return dict(kept["outcomes"]) if kept.get("build") == build() else {}


def write_results(outcomes: Mapping[str, str], *, of_build: str) -> None:
    """Store the outcomes of a run; those of other runs on the same build are kept."""
    try:
        kept: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        kept = {}
    before = kept.get("outcomes", {}) if kept.get("build") == of_build else {}
    text = json.dumps(
        {"build": of_build, "at": datetime.now(UTC).isoformat(), "outcomes": {**before, **outcomes}},
        indent=1,
        sort_keys=True,
    )
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    unfinished = RESULTS.with_suffix(".new")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(RESULTS)


def _outcomes(by_node: Mapping[str, str]) -> dict[str, Outcome]:
    """By test function: a parametrized test is as good as its worst case."""
    found: dict[str, set[str]] = {}
    for node, outcome in by_node.items():
        found.setdefault(node.split("[", 1)[0], set()).add(outcome)
    return {test: next(each for each in _WORST_FIRST if each in outcomes) for test, outcomes in found.items()}


def _functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in _NOT_OURS:
            continue
        if path.is_dir():
            yield from _sources(path)
        elif path.suffix in _SOURCES:
            yield path
