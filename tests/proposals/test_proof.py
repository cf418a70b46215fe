"""What proves an acceptance: the audit trail, the project's file and the bundle recount it."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import foundry_caller
from accounts.services import deactivate_account
from audit.keys.text import rfc3339
from audit.models import Event
from drafts.comments.services import reopen_comment, resolve_comment, withdraw_comment
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.exchange.verification import verify_file
from drafts.models import Comment, Draft
from drafts.services import change_files
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from proposals import verification
from proposals.bundle_verifier import PROPOSALS_FILE, Recount, recount
from proposals.models import Proposal
from proposals.services import comment_on_proposal, edit_proposal
from proposals.verification import check_acceptances
from publishing.authors import authors_of
from publishing.bundle.scope import scope_of_project
from publishing.bundle.writing import bundle
from tests.proof.test_export_members import sealed
from tests.proposals.conftest import World, changed
from tests.publishing.bundles import files_in, lines_of, said_of, wrong_with

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
    comment: dict[str, Any] = {"round": 2, "target": "prompt_text", "text": "Why?"}
    said = [comment_on_proposal(caller=world.caller("rae"), proposal_id=proposal.id, **comment) for _ in range(4)]
    for move in (resolve_comment, withdraw_comment):
        move(caller=world.caller("rae"), comment_id=said.pop().id)
    resolve_comment(caller=world.caller("rae"), comment_id=said[0].id)
    reopen_comment(caller=world.caller("ed"), comment_id=said[0].id)
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


def _with_blocking_comments(record: Record) -> Record:
    """The policy, and what the acceptance says of it, let open comments block."""
    data = record["data"]
    rules = data.get("policy" if record["action"] == "proposal.accepted" else "proposals")
    if isinstance(rules, dict):
        rules["open_comments"] = "block"
    return record


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
    "no open comments": (
        _with("proposal.accepted", open_comments=0),
        "it counts other comments than were open",
    ),
    "a comment less": (
        lambda record: None if record["action"] == "comment.reopened" else record,
        "it counts other comments than were open",
    ),
    "comments that block": (_with_blocking_comments, "comments were open, which its policy did not allow"),
    "a comment on no round": (_with("comment.created", round=3), "it is on a round that was not made"),
    "accepted without a version": (
        lambda record: None if record["action"] == "draft.saved" and record["data"]["kind"] == "accept" else record,
        "no version holds what it accepted",
    ),
    "a version of something else between": (
        _with("draft.saved", kind="save", origin=None),
        "no version holds what it accepted",
    ),
    "a round whose time was over": (
        _with("proposal.changed", expires_at="2020-01-01T00:00:00.000000Z"),
        "the time of its proposal was over",
    ),
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


def test_c21_an_acceptance_without_its_version_is_named_though_another_one_follows(world: World):
    world.accept(world.open())
    world.accept(world.open({"prompt_text": changed(line_3="three")}), "mara")
    told = events(world)
    first = next(seq for seq, _at, record in told if record["action"] == "proposal.accepted")
    version = next(seq for seq, _at, record in told if record["action"] == "draft.saved" and seq > first)
    found = recount([event for event in told if event[0] != version])
    assert (first, "no version holds what it accepted") in found.faults
    assert recount(told).faults == []


def test_c21_a_time_limit_is_that_of_the_newest_edit(world: World):
    proposal = world.open()
    edit_proposal(caller=world.caller("ed"), proposal_id=proposal.id, title="Other words")
    world.accept(proposal)
    over = _with("proposal.edited", expires_at="2020-01-01T00:00:00.000000Z")
    told = [(seq, at, over(record)) for seq, at, record in events(world)]
    assert [what for _number, what in recount(told).faults] == ["the time of its proposal was over"]


def test_c21_an_acceptance_that_leaves_out_a_change_of_its_round_is_named(world: World):
    world.accept(world.open({"prompt_text": "x", "files/a.md": {"content": "y"}}))
    told = events(world)
    assert recount(told).faults == []
    for _seq, _at, record in told[-2:]:
        record["data"]["fields" if record["action"] == "draft.saved" else "changes"].pop(
            "files/a.md" if record["action"] == "draft.saved" else "field:files/a.md"
        )
    assert recount(told).faults == [(told[-2][0], "it leaves out a change of its round that was not there already")]


def test_a_change_whose_outcome_is_there_already_is_left_out(world: World):
    text: dict[str, Any] = {"content": "y\n", "language": None}
    world.save("mara", files__old={"content": "o\n", "language": None})
    proposal = world.open({"prompt_text": "x", "files/a": text, "files/old": None})
    world.save("mara", files__a=text)
    facts: dict[str, Any] = {"caller": world.caller("mara"), "session_id": None, "project_id": world.project.id}
    change_files(**facts, base_version=world.version, renames={"files/new": "files/old"})
    world.save("mara", files__new=None)
    world.save("mara", files__old=text)
    world.accept(proposal)
    assert [*events(world)[-2][2]["data"]["changes"]] == ["field:prompt_text"]
    assert recount(events(world)).faults == []


def test_c19_an_acceptance_that_passes_over_an_objection_is_named(world: World, monkeypatch: pytest.MonkeyPatch):
    discussed(world)
    silent, mara = _with("proposal.accepted", overridden=[]), str(world.people["mara"].id)

    def forged(told: Any) -> Recount:
        return recount((seq, at, silent(record)) for seq, at, record in told)

    monkeypatch.setattr(verification, "recount", forged)
    assert [each.what for each in check_acceptances()] == [f"it passes over the objection of {mara}"]


def test_the_objection_of_a_closed_account_is_passed_over_and_a_bundle_says_so(world: World):
    proposal, rae = world.open(), world.people["rae"]
    world.vote(proposal, "rae", "object")
    deactivate_account(caller=foundry_caller("command"), user_id=rae.id)
    world.accept(proposal)
    assert list(check_acceptances()) == []
    said = said_of(files_in(b"".join(bundle(scope_of_project(world.project.id)))))
    (note,) = (each for each in said if each.startswith("NOT CHECKED: event"))
    assert f"passes over the objection of {rae.id}" in note


def test_c03_a_projects_file_holds_proposals_with_their_texts(world: World):
    discussed(world)
    lines = b"".join(export_project(project_id=world.project.id))
    assert b"nobody else has heard" not in lines
    assert canonical(changed(line_8="eight")).encode() in lines
    verified = verify_file(io.BytesIO(lines))
    counts = {kind: verified.counts[kind] for kind in ("proposal", "proposal_round", "proposal_vote")}
    assert counts == {"proposal": 1, "proposal_round": 2, "proposal_vote": 3}


def test_c10_a_projects_file_does_not_show_that_somebody_has_staged_something_since(world: World):
    proposal = world.open()
    before = proposal_lines(world)
    world.restage(proposal, {"prompt_text": changed(line_8="Eight")})
    assert proposal_lines(world) == before


def test_a_file_of_a_former_format_may_have_columns_that_are_not_written_any_more(world: World):
    discussed(world)
    (header, *rows), _end = exported_lines(world)
    for row in rows:
        if row["type"] == "proposal":
            row |= {"contributors": [], "touched": True, "updated_at": header["exported_at"]}
    former = {**header, "format": "foundry.project/2"}
    assert verify_file(io.BytesIO(sealed([former, *rows]))).counts["proposal"] == 1
    with pytest.raises(ValidationFailed, match="Not all columns of a proposal, or others"):
        verify_file(io.BytesIO(sealed([header, *rows])))


def exported_lines(world: World) -> tuple[list[Record], Record]:
    *rows, end = lines_of(b"".join(export_project(project_id=world.project.id)))
    return rows, end


def proposal_lines(world: World) -> list[Record]:
    return [row for row in exported_lines(world)[0] if row["type"] == "proposal"]


def test_c21_a_bundle_brings_the_recount_along(world: World):
    discussed(world)
    files = files_in(b"".join(bundle(scope_of_project(world.project.id))))
    assert wrong_with(files) is None
    (line,) = lines_of(files[PROPOSALS_FILE])
    assert (line["state"], len(line["rounds"]), len(line["votes"])) == ("accepted", 2, 3)


def test_an_imported_project_keeps_its_proposals_in_the_file_and_their_contributors_as_authors(world: World):
    discussed(world)
    lines = b"".join(export_project(project_id=world.project.id))
    made = import_project(caller=world.caller("olga"), file=io.BytesIO(lines), name="Imported")
    assert [draft.version_number for draft in Draft.objects.of_project(made.id)] == [2, 1]
    assert not Proposal.objects.filter(project=made).exists()
    assert not Comment.objects.filter(project=made).exists()
    accepted = Draft.objects.of_project(made.id)[0]
    assert {world.people["ed"].id, world.people["olga"].id} <= {*authors_of(accepted)}
