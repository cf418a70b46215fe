"""Comments on rounds: who may, where they stand from round to round, whom they tell, what they do to acceptance."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from audit.event_types import INBOX_LINES
from audit.models import Event
from drafts.comments.models import Comment
from drafts.comments.services import answer_comment, reopen_comment, resolve_comment, withdraw_comment
from drafts.moments.reading import moment_at
from drafts.search.reading import search
from kernel.errors import ApprovalsMissing, NotFound, PermissionDenied, ValidationFailed
from notifications.models import Notification
from proposals.models import Proposal
from proposals.reading import proposal_body
from proposals.services import comment_on_proposal
from publishing.open_points import open_points
from tests.cast import new_project
from tests.proposals.conftest import World, changed, threads_on
from tests.rest.client import Api

pytestmark = pytest.mark.django_db


COLUMNS = (
    *("project_id", "round_id", "side", "field", "content_id", "from_line", "to_line", "quote", "text", "author_id"),
    "created_at",
)


def say(world: World, proposal: Proposal, by: str = "rae", line: int | None = 8, **facts: Any) -> Comment:
    """A comment on line 8 of the proposed prompt."""
    anchor = {"from_line": line, "to_line": line} if line else None
    asked = {"round": 1, "target": "prompt_text", "text": "Why?", "anchor": anchor, **facts}
    return comment_on_proposal(caller=world.caller(by), proposal_id=proposal.id, **asked)


def places(proposal: Proposal, **asked: Any) -> dict[str, Any]:
    return {each["text"]: each["position"] for each in threads_on(proposal, **asked)}


def line(number: int) -> dict[str, int]:
    return {"from_line": number, "to_line": number}


def test_a_comment_follows_its_text_from_round_to_round_on_either_side(world: World):
    proposal = world.open()
    say(world, proposal, text="proposed")
    say(world, proposal, text="made from", side="base", line=2)
    say(world, proposal, text="now", side="current", line=2)
    say(world, proposal, text="whole", line=None)
    world.restage(proposal, {"prompt_text": "One more\n" + changed(line_8="eight")})
    world.submit(proposal)
    world.save("mara", prompt_text="A title\n" + changed())

    shown = places(proposal)
    assert shown == {"proposed": line(9), "made from": line(3), "now": line(3), "whole": None}
    assert places(proposal, left="base") == {**shown, "made from": line(2), "now": line(2)}
    assert places(proposal, number=1, left="base")["proposed"] == line(8)
    assert [(each["round"], each["side"]) for each in threads_on(proposal)] == [
        (1, "after"),
        (1, "current"),
        (1, "base"),
        (1, "after"),
    ]


def test_a_comment_whose_text_is_gone_says_so_and_one_on_a_later_round_is_not_in_an_earlier(world: World):
    proposal = world.open({"prompt_text": changed(line_8="eight"), "files/a.md": {"content": "alpha beta\n"}})
    say(world, proposal, target="files/a.md", line=1)
    world.restage(proposal, {"prompt_text": changed(line_8="Eight"), "files/a.md": {"content": "0123456789\n" * 4}})
    world.submit(proposal)
    say(world, proposal, text="later", round=2)
    assert places(proposal) == {"later": line(8), "Why?": None}
    assert places(proposal, number=1) == {"Why?": line(1)}
    with pytest.raises(NotFound):
        threads_on(proposal, number=3)


@pytest.mark.parametrize(
    ("wrong", "member"),
    [
        ({"round": 2}, "round"),
        ({"target": "model_configuration"}, "target"),
        ({"target": "", "line": 1}, "target"),
        ({"target": "", "line": None, "side": "base"}, "target"),
        ({"side": "left"}, "side"),
        ({"line": 11}, "anchor.from_line"),
        ({"text": " "}, "text"),
        ({"target": "files/new.md", "side": "base", "line": 1}, "anchor"),
    ],
)
def test_a_place_that_is_not_there_is_refused(world: World, wrong: dict[str, Any], member: str):
    proposal = world.open({"prompt_text": changed(line_8="eight"), "files/new.md": {"content": "new"}})
    with pytest.raises(ValidationFailed) as refusal:
        say(world, proposal, **wrong)
    assert set(refusal.value.errors) == {member}
    assert not Comment.objects.exists()


def test_c10_reviewers_comment_and_viewers_do_not(world: World):
    proposal = world.open()
    with pytest.raises(PermissionDenied):
        say(world, proposal, "vic")
    say(world, proposal, "rae")
    with pytest.raises(NotFound):
        say(world, world.stage(), "rae")


def test_threads_are_answered_resolved_reopened_and_withdrawn(world: World):
    proposal = world.open()
    thread = say(world, proposal)
    rae, ed = world.caller("rae"), world.caller("ed")
    answer_comment(caller=ed, comment_id=thread.id, text="Because")
    resolve_comment(caller=ed, comment_id=thread.id)
    reopen_comment(caller=rae, comment_id=thread.id)
    (shown,) = threads_on(proposal)
    assert [reply["text"] for reply in shown["replies"]] == ["Because"]
    withdraw_comment(caller=rae, comment_id=thread.id)
    moves = Event.objects.of_project(world.project.id).filter(action__startswith="comment.").order_by("seq")
    facts = {(each.data["proposal_id"], each.data["round"], each.data["version"]) for each in moves}
    assert facts == {(str(proposal.id), 1, None)}
    assert [each.action for each in moves] == [
        *("comment.created", "comment.answered"),
        *("comment.resolved", "comment.reopened", "comment.withdrawn"),
    ]
    found = proposal_body(Proposal.objects.with_people().get(pk=proposal.id), user=world.people["vic"])
    assert found["comments"] == {"open": 0, "resolved": 0, "withdrawn": 1}


def test_the_proposals_people_and_those_mentioned_are_told_once(world: World):
    proposal = world.open(caller=world.caller("bot", on_behalf_of=world.people["mara"].id), by="bot")
    name = world.people["ed"].username
    thread = say(world, proposal, text=f"@{name} look")
    told = {
        (each.recipient.display_name, each.kind) for each in Notification.objects.filter(kind__startswith="comment.")
    }
    assert told == {("Ed", "comment.mentioned"), ("Mara", "comment.on_proposal"), ("Bot", "comment.on_proposal")}
    answer_comment(caller=world.caller("mara"), comment_id=thread.id, text="So")
    lines = Notification.objects.filter(recipient=world.people["rae"], kind="comment.answered")
    facts = lines.get().facts
    shown = INBOX_LINES["comment.answered"]
    assert shown.thing(facts) == "P1, Prompt"
    assert "/proposals/1/" in shown.link(world.project.id, facts) or "kind=proposals" in shown.link(
        world.project.id, facts
    )


def test_what_reads_the_comments_on_versions_leaves_these_out(world: World):
    proposal = world.open()
    thread = say(world, proposal, text="Elephants?")
    answer_comment(caller=world.caller("ed"), comment_id=thread.id, text="Elephants!")
    event = Event.objects.of_project(world.project.id)[0]
    assert search(project_id=world.project.id, text="elephants").comments == []
    assert moment_at(project_id=world.project.id, at=event.at).comments == []
    assert open_points(world.project.id).comments == 0
    assert not Comment.objects.threads(world.project.id).exists()


def test_open_comments_block_acceptance_where_the_policy_says_so(world: World):
    world.require(open_comments="block")
    proposal = world.open()
    thread = say(world, proposal)
    with pytest.raises(ApprovalsMissing) as refusal:
        world.accept(proposal, "olga")
    assert refusal.value.extra == {"missing": 0, "objections": [], "open_comments": 1}
    assert world.version == 1
    resolve_comment(caller=world.caller("ed"), comment_id=thread.id)
    assert world.accept(proposal, "olga").state == "accepted"


def test_an_acceptance_records_how_many_comments_were_open(world: World):
    proposal = world.open()
    say(world, proposal)
    world.accept(proposal, "olga")
    assert Event.objects.of_project(world.project.id).get(action="proposal.accepted").data["open_comments"] == 1
    call_command("verify_audit")


def test_c08_the_database_takes_a_comment_on_a_round_of_its_own_project_only(world: World):
    proposal = world.open()
    comment = say(world, proposal)
    other = new_project(world.people["olga"])
    facts = Comment.objects.values(*COLUMNS).get(pk=comment.id)
    for wrong in (
        {"project_id": other.id},
        {"round_id": proposal.id},
        {"side": ""},
        {"content_id": None},
        {"field": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Comment.objects.create(**{**facts, **wrong})


def test_rest_lists_and_makes_comments_on_rounds(world: World):
    proposal = world.open()
    address = f"/api/v1/proposals/{proposal.id}/comments/"
    rae = Api(world.people["rae"])
    body = {"round": 1, "target": "prompt_text", "text": "Why?", "anchor": {"from_line": 8, "to_line": 8}}
    made = rae.post(address, body, Idempotency_Key="018f0000-0000-7000-8000-000000000001")
    assert made.status_code == 201
    assert made.json()["round"] == 1
    again = rae.post(address, body, Idempotency_Key="018f0000-0000-7000-8000-000000000001")
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    listed = rae.get(address + "?round=1&left=base&state=open").json()["results"]
    assert [each["position"] for each in listed] == [line(8)]
    assert rae.get(address + "?round=2").status_code == 404
    assert rae.get(address + "?left=after").status_code == 400
    assert rae.get(f"/api/v1/comments/{made.json()['id']}/").json()["proposal_id"] == str(proposal.id)
    whole = rae.post(address, {"round": 1, "text": "In general"}).json()
    assert (whole["target_field"], whole["field"], whole["side"], whole["position"]) == ("", "", "after", None)
    done = rae.post(f"/api/v1/comments/{made.json()['id']}/resolve/", {})
    assert done.json()["state"] == "resolved"
