"""Lists over REST: what a reader has staged is compared by its hash, and its text stays where it is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from blobs.models import sha256_of
from kernel import statements
from kernel.errors import NotFound
from proposals import kinds, listing
from proposals.drift import Drift
from proposals.listing import proposal_bodies
from proposals.models import Proposal
from proposals.reading import proposal_body, proposal_summaries
from proposals.services import discard_proposal, withdraw_proposal
from proposals.unread import items_of_unread
from tests.proposals.conftest import World, changed
from tests.rest.client import Api, members

pytestmark = pytest.mark.django_db

SECRET = "a sentence that no list needs"
TEXTS = ["", "\n", "two\nlines\n", 'quotes " and \\ and \t', "Größe, 長さ, \u2028, 😀", "null", "{}"]


def targets(world: World, proposal: Proposal, name: str = "ed") -> list[dict[str, Any]]:
    (body,) = proposal_bodies([proposal.id], project_id=world.project.id, user=world.people[name])
    found: list[dict[str, Any]] = body["targets"]
    return found


def test_a_list_reads_no_text_that_its_reader_has_staged(world: World, monkeypatch: pytest.MonkeyPatch):
    proposal = world.stage({"prompt_text": SECRET})
    read: list[Any] = []

    def run_together(asked: Any, *, binary: bool) -> Any:
        read.append(statements.run_together(asked, binary=binary))
        return read[-1]

    monkeypatch.setattr(listing, "run_together", run_together)
    (target,) = targets(world, proposal)
    assert target["after"] == sha256_of(SECRET.encode())
    assert len(read) == 1
    assert SECRET not in repr(read)


def test_what_fields_hold_now_is_read_together_with_the_list(world: World, monkeypatch: pytest.MonkeyPatch):
    proposal = world.open()
    version = world.save("mara", prompt_text=changed(line_2="two"))

    def run(asked: Any, **_options: Any) -> Any:
        raise AssertionError(asked)

    monkeypatch.setattr(kinds, "run", run)
    (target,) = targets(world, proposal)
    assert (target["now"], target["drift"]) == (version.prompt_id, Drift.CLEAN)


@pytest.mark.parametrize("text", TEXTS)
def test_a_staged_text_is_hashed_as_a_saved_one(world: World, text: str):
    proposal = world.stage({"prompt_text": text, "files/a.md": {"content": text}, "files/b": {"content": text}})
    assert {each["after"] for each in targets(world, proposal)} == {sha256_of(text.encode())}
    assert {each["drift"] for each in targets(world, proposal)} == {Drift.NONE}
    # What is there is compared with all that its content says, its language too.
    files: dict[str, Any] = {"files__a.md": {"language": "markdown", "content": text}}
    world.save("mara", prompt_text=text, files__b={"language": None, "content": text}, **files)
    assert {each["now"] for each in targets(world, proposal)} == {sha256_of(text.encode())}
    assert {each["drift"] for each in targets(world, proposal)} == {Drift.NONE}


def test_what_is_staged_is_listed_for_its_own_people_and_the_newest_round_for_others(world: World):
    proposal = world.open({"prompt_text": changed(line_8="eight")})
    world.restage(proposal, {"prompt_text": changed(line_8="mine"), "files/a.md": None})
    shown = {name: [each["after"] for each in targets(world, proposal, name)] for name in ("ed", "rae")}
    assert shown == {
        "ed": [None, sha256_of(changed(line_8="mine").encode())],
        "rae": [sha256_of(changed(line_8="eight").encode())],
    }
    withdraw_proposal(caller=world.caller("ed"), proposal_id=proposal.id, reason="Not now")
    assert [each["after"] for each in targets(world, proposal)] == shown["rae"]


def test_a_list_over_rest_says_what_the_page_does(world: World):
    world.require(approvals=2)
    proposals = [world.open(), world.open(by="mara"), world.open(by="bot"), world.stage()]
    world.vote(proposals[0], "rae")
    world.vote(proposals[0], "olga", verdict="object")
    world.vote(proposals[1], "rae")
    world.restage(proposals[1], {"prompt_text": changed(line_8="Eight")}, by="mara")
    world.submit(proposals[1], by="mara")
    world.save("mara", prompt_text=changed(line_2="two"))
    withdraw_proposal(caller=world.caller("bot"), proposal_id=proposals[2].id, reason="Not now")
    for name in ("ed", "mara", "rae"):
        user = world.people[name]
        visible = list(Proposal.objects.filter(project=world.project).visible_to(user).with_people())
        bodies = proposal_bodies([each.id for each in visible], project_id=world.project.id, user=user)
        for body, summary in zip(bodies, proposal_summaries(visible, user=user), strict=True):
            proposal, progress = summary.proposal, summary.progress
            assert (body["id"], body["round"]) == (proposal.id, summary.round.number if summary.round else 0)
            assert [each["drift"] for each in body["targets"]] == [each.drift for each in summary.movements]
            assert [each["renamed"] for each in body["targets"]] == [each.renamed for each in summary.items]
            assert body["author"] == proposal.author.person()
            assert body["ended_by"] == (proposal.ended_by.person() if proposal.ended_by else None)
            assert (body["approvals"] and body["approvals"]["missing"]) == (progress and progress.missing)
            if progress is not None:
                voided = {each["person"]["id"]: each["round"] for each in body["approvals"]["voided"]}
                assert voided == {str(person): number for person, number in progress.voided.items()}
                given = {each["id"] for each in body["approvals"]["given"]}
                assert given == {str(person) for person in progress.counted.approvals}
                objections = {each["id"] for each in body["approvals"]["objections"]}
                assert objections == {str(person) for person in progress.counted.objections}


def test_bodies_come_in_the_order_that_was_asked_for_without_what_was_discarded(world: World):
    first, second, third = (world.stage() for _ in range(3))
    discard_proposal(caller=world.caller("ed"), proposal_id=second.id)
    found = proposal_bodies([third.id, second.id, first.id], project_id=world.project.id, user=world.people["ed"])
    assert [each["id"] for each in found] == [third.id, first.id]


def test_a_policy_counts_though_the_first_of_a_list_was_discarded(world: World):
    world.require(approvals=2)
    discarded, opened = world.stage(), world.open()
    discard_proposal(caller=world.caller("ed"), proposal_id=discarded.id)
    (body,) = proposal_bodies([discarded.id, opened.id], project_id=world.project.id, user=world.people["ed"])
    assert (body["approvals"]["needed"], body["approvals"]["missing"]) == (2, 2)


def test_one_that_is_discarded_while_it_is_read_is_not_found(world: World):
    discarded = world.stage()
    discard_proposal(caller=world.caller("ed"), proposal_id=discarded.id)
    with pytest.raises(NotFound):
        proposal_body(discarded, user=world.people["ed"])


def test_a_list_of_those_that_change_a_field_has_ones_own_private_ones(world: World):
    world.stage({"files/a.md": {"content": "x"}})
    private, opened = world.stage(), world.open(by="mara")
    world.stage(by="mara")
    path = f"projects/{world.project.id}/proposals/?field=prompt_text"
    shown = [each["id"] for each in members(Api(world.people["ed"]).get(path))["results"]]
    assert shown == [str(opened.id), str(private.id)]


def test_a_text_that_was_staged_again_meanwhile_is_not_counted_as_the_one_before(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    unique = str(uuid4())
    proposal = world.stage({"prompt_text": changed(line_8=unique)})
    world.save("mara", prompt_text=changed(line_2="two"))

    def read_then_staged_again(changes: Any) -> Any:
        items = items_of_unread(changes)
        world.restage(proposal, {"prompt_text": changed(line_2=unique)})
        return items

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(listing, "items_of_unread", read_then_staged_again)
        (target,) = targets(world, proposal)
    assert (target["drift"], target["choices"]) == (Drift.CHOICES, 0)
    world.restage(proposal, {"prompt_text": changed(line_8=unique)})
    (target,) = targets(world, proposal)
    assert target["drift"] == Drift.CLEAN
