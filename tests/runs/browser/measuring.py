"""Versions with a suite, measured by models whose answers a test says; to be used from browser tests."""

from __future__ import annotations

from typing import Any

from drafts.models import Draft
from stages.runs.models import Experiment, Run
from stages.runs.services import create_evaluation, start_runs
from tests.browser.people import World
from tests.runs.evaluations import CASES, EXPECTED, SUITE, lines_of, suite_of

# What is asked, and what an answer must have: 21 days, the section, the monitor.
QUESTIONS = {
    "C-07": ("May we restart after 22 days without a dose?", "discontinued permanently"),
    "C-12": ("Which section says so?", "6.5"),
    "C-19": ("Whom do we ask?", "medical monitor"),
}
OLD = "Section 6.5: treatment that rested for more than 21 days is discontinued permanently. No restart is possible."
NEW = "Section 6.5: treatment that rested for more than 21 days may be discussed with the medical monitor."


def cases() -> str:
    return lines_of({"id": key, "term": term, "expected": words} for key, (term, words) in QUESTIONS.items())


def save(world: World, *, base: int = 12, **changes: Any) -> Draft:
    """The editor saves a version after `base`; to be used inside `arrange`."""
    writer = world.writer("editor")
    locks = [writer.take(name) for name in changes]
    return writer.save(changes, *locks, base=base, release_locks=True)


def save_suite(world: World, *models: str, base: int = 12, lines: str = "") -> Draft:
    """A version with a suite for these models and its cases; to be used inside `arrange`."""
    files = {
        f"files/{SUITE}": {"content": suite_of(EXPECTED, models=", ".join(models)), "language": "yaml"},
        f"files/{CASES}": {"content": lines or cases(), "language": "jsonl"},
    }
    return save(world, base=base, **files)


def begin(world: World) -> Experiment:
    """An evaluation of the current version, under way; to be used inside `arrange`."""
    made = create_evaluation(caller=world.caller("editor"), project_id=world.project.id, suite=SUITE)
    start_runs(caller=world.caller("editor"), experiment_id=made.id, profile_ids=[])
    return made


def evaluate(world: World) -> Experiment:
    """The evaluation of the current version, when its runs have ended; a runner must be there."""
    experiment: Experiment = world.arrange(lambda: begin(world))
    world.until(lambda: not Run.objects.unended().filter(experiment=experiment).exists())
    return experiment
