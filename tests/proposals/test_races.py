"""Several acceptances at once: one wins, and the record stays whole."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from audit.verification import verify_chain
from drafts.models import Draft
from kernel.errors import DomainError
from proposals.models import Change, Proposal
from proposals.services import stage_changes, staging
from tests.proposals.conftest import World, changed, new_world


def at_once(acts: list[Callable[[], object]]) -> Counter[str]:
    """Do all of it at once; how often each outcome came."""
    outcomes: Counter[str] = Counter()
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            outcomes["done"] += 1
        except DomainError as refusal:
            outcomes[refusal.code] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def committed_world(committed_db: None) -> World:
    return new_world()


def test_eight_acceptances_of_one_proposal_make_one_version(committed_world: World):
    world = committed_world
    proposal = world.open()
    found = at_once([lambda: world.accept(proposal, "mara")] * 8)
    assert found == {"done": 1, "conflict": 7}
    assert Draft.objects.of_project(world.project.id).count() == 2


def test_of_eight_proposals_on_one_base_one_wins(committed_world: World):
    world = committed_world
    proposals = [world.open({"prompt_text": changed(line_5=f"five {number}")}) for number in range(8)]
    found = at_once([lambda each=each: world.accept(each, "mara") for each in proposals])  # type: ignore[misc]
    assert found == {"done": 1, "drifted": 7}
    versions = Draft.objects.of_project(world.project.id).values_list("version_number", flat=True)
    assert list(versions) == [2, 1]
    assert verify_chain(str(world.project.id)).finding is None


def test_what_is_staged_in_several_proposals_at_once_stays_below_the_limit(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
):
    world = committed_world
    proposals = [world.stage({}) for _ in range(8)]
    monkeypatch.setattr(staging, "MAX_STAGED_BYTES", 250)
    found = at_once([lambda each=each: world.restage(each, {"prompt_text": "x" * 100}) for each in proposals])  # type: ignore[misc]
    assert found == {"done": 2, "conflict": 6}


def test_of_eight_windows_that_stage_at_once_one_wins(committed_world: World):
    world = committed_world
    proposal = world.stage()
    asked: dict[str, Any] = {"proposal_id": proposal.id, "base_version": 1, "revisions": {"prompt_text": 1}}

    def stage(number: int) -> object:
        return stage_changes(caller=world.caller("ed"), changes={"prompt_text": f"window {number}"}, **asked)

    assert at_once([partial(stage, number) for number in range(8)]) == {"done": 1, "stale_base": 7}
    assert Change.objects.get(proposal=proposal).revision == 2


def test_a_request_that_is_sent_several_times_at_once_makes_one_proposal(committed_world: World):
    world = committed_world
    caller = world.caller("ed", client_ref=uuid4())
    found = at_once([lambda: world.stage(caller=caller)] * 8)
    assert found == {"done": 8}
    assert Proposal.objects.filter(project=world.project).count() == 1
