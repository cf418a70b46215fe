"""What proves an acceptance: the audit trail, the project's file and the bundle recount it."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from typing import Any

import pytest

from audit.keys.text import rfc3339
from audit.models import Event
from drafts.exchange.exporting import export_project
from drafts.exchange.verification import verify_file
from kernel.canonical import canonical
from proposals.bundle_verifier import PROPOSALS_FILE, recount
from proposals.models import Proposal
from proposals.verification import check_acceptances
from publishing.bundle.scope import scope_of_project
from publishing.bundle.writing import bundle
from tests.proposals.conftest import World, changed
from tests.publishing.bundles import files_in, lines_of, wrong_with

pytestmark = pytest.mark.django_db

Record = dict[str, Any]


def discussed(world: World) -> Proposal:
    """A proposal with two rounds, an overridden objection, and two approvals that count; and one that is private."""
    world.require(approvals=2)
    proposal = world.open()
    world.vote(proposal, "rae")
    world.restage(proposal, {"prompt_text": changed(line_8="Eight")})
    world.submit(proposal)
    world.vote(proposal, "rae", number=2, comment="Read")
    world.vote(proposal, "mara", "object", number=2)
    world.accept(proposal, "olga", number=2, reason="Urgent")
    world.stage({"prompt_text": "nobody else has heard of this"})
    return proposal


def events(world: World) -> list[tuple[int, str, Record]]:
    found = Event.objects.of_project(world.project.id)
    return [(event.seq, rfc3339(event.at), copy.deepcopy(event.record)) for event in found]


def test_c02_the_trail_recounts_every_acceptance(world: World):
    discussed(world)
    assert list(check_acceptances()) == []
    found = recount(events(world))
    assert (found.acceptances, found.faults) == (1, [])


def _without_the_votes(record: Record) -> Record | None:
    return None if record["action"] == "proposal.voted" else record


def _with(action: str, **data: Any) -> Callable[[Record], Record]:
    def forge(record: Record) -> Record:
        if record["action"] == action:
            record["data"] |= data
        return record

    return forge


def _with_role(role: str) -> Callable[[Record], Record]:
    """Olga, who owns the project, has another role from the beginning."""

    def forge(record: Record) -> Record:
        if record["action"] == "member.added" and record["data"]["role"] == "owner":
            record["data"]["role"] = role
        return record

    return forge


FORGED: dict[str, tuple[Callable[[Record], Record | None], str]] = {
    "no votes": (_without_the_votes, "it counts an approval that was not given to its round"),
    "no approvals": (_with("proposal.accepted", approvals=[]), "it lacks approvals that its policy asked for"),
    "another policy": (
        _with("proposal.accepted", policy={"approvals": 0, "author_may_approve": False}),
        "its policy is not the one that the project had",
    ),
    "another digest": (_with("proposal.changed", digest="0" * 64), "its digest is not that of its changes"),
    "nobody wrote it": (
        _with("draft.saved", origin={"type": "proposal", "id": "0", "contributors": []}),
        "its proposal was not accepted with it",
    ),
    "no contributors": (
        _with("proposal.changed", contributors=[]),
        "it leaves out its author or a contributor of the round before",
    ),
    "accepted by a reviewer": (_with_role("reviewer"), "who accepted it was no editor"),
    "overridden by an editor": (_with_role("editor"), "only an owner overrides objections"),
    "a version without its proposal": (
        _with("draft.saved", kind="accept", origin=None),
        "it does not name the proposal that it was made from",
    ),
    "a version of something less": (_with("draft.saved", fields={}), "it changes other fields than were accepted"),
    "no objection": (
        _with("proposal.accepted", overridden=[{"id": "somebody"}]),
        "it names an objection that nobody made",
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_c21_a_forged_acceptance_is_named(world: World, name: str):
    discussed(world)
    forge, what = FORGED[name]
    forged = [(seq, at, changed_) for seq, at, record in events(world) if (changed_ := forge(record)) is not None]
    assert what in [said for _number, said in recount(forged).faults]


@pytest.mark.parametrize("action", ["proposal.accepted", "proposal.voted", "proposal.changed"])
def test_c21_whatever_comes_after_the_end_of_a_proposal_is_named(world: World, action: str):
    discussed(world)
    told = events(world)
    again = next(event for event in told if event[2]["action"] == action)
    found = recount([*told, (told[-1][0] + 1, *again[1:])])
    assert (told[-1][0] + 1, "its proposal had ended") in found.faults


def test_c03_a_projects_file_holds_proposals_with_their_texts(world: World):
    discussed(world)
    lines = b"".join(export_project(project_id=world.project.id))
    assert b"nobody else has heard" not in lines
    assert canonical(changed(line_8="eight")).encode() in lines
    verified = verify_file(io.BytesIO(lines))
    counts = {kind: verified.counts[kind] for kind in ("proposal", "proposal_round", "proposal_vote")}
    assert counts == {"proposal": 1, "proposal_round": 2, "proposal_vote": 3}


def test_c21_a_bundle_brings_the_recount_along(world: World):
    discussed(world)
    files = files_in(b"".join(bundle(scope_of_project(world.project.id))))
    assert wrong_with(files) is None
    (line,) = lines_of(files[PROPOSALS_FILE])
    assert (line["state"], len(line["rounds"]), len(line["votes"])) == ("accepted", 2, 3)
