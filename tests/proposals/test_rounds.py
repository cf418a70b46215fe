"""Rounds and votes: what is approved is one round, by the policy, roles and accounts of the moment of acceptance."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.callers import foundry_caller
from accounts.services import deactivate_account
from audit.models import Event
from audit.verification import verify_chain
from kernel.errors import ApprovalsMissing, Conflict, PermissionDenied, StaleProposal, ValidationFailed
from notifications.models import Notification
from projects.models import Project
from projects.services import change_role
from proposals.listing import proposal_bodies
from proposals.models import Change, Proposal, Round, Vote
from proposals.reading import proposal_body
from proposals.services import (
    create_proposal,
    edit_proposal,
    reject_proposal,
    voting,
    withdraw_proposal,
)
from tests.proposals.conftest import World, changed
from tests.rest.client import Api, problem

pytestmark = pytest.mark.django_db


def missing(world: World, proposal: Proposal, by: str = "ed", number: int = 1) -> Any:
    """Whose objections, or how many approvals, an acceptance misses."""
    with pytest.raises(ApprovalsMissing) as refusal:
        world.accept(proposal, by, number)
    objections: Any = refusal.value.extra["objections"]
    return [each["display_name"] for each in objections] or refusal.value.extra["missing"]


def test_who_is_no_contributor_approves_by_accepting(world: World):
    world.require(approvals=2)
    proposal = world.open()
    world.vote(proposal, "rae")
    assert missing(world, proposal, "ed") == 1
    world.accept(proposal, "olga")
    accepted = Event.objects.of_project(world.project.id).get(action="proposal.accepted")
    assert {each["display_name"] for each in accepted.data["approvals"]} == {"Rae", world.people["olga"].display_name}


def test_c21_the_approvals_of_contributors_do_not_count(world: World):
    world.require(approvals=2)
    for_mara = world.open(caller=world.caller("ed", on_behalf_of=world.people["mara"].id))
    copy = create_proposal(
        caller=world.caller("olga"), project_id=world.project.id, title="Copied", copy_of=for_mara.id
    )
    world.submit(copy, "olga")
    for proposal in (for_mara, copy):
        for name in ("ed", "mara"):
            world.vote(proposal, name)
        found = proposal_body(Proposal.objects.with_people().get(pk=proposal.id), user=world.people["vic"])
        assert found["approvals"]["missing"] == 2
    assert Vote.objects.filter(round__proposal=for_mara).count() == 2


def test_the_policy_may_let_contributors_approve(world: World):
    world.require(approvals=1, author_may_approve=True)
    assert world.accept(world.open(), "ed").state == "accepted"


def test_c21_an_edit_voids_approvals_and_asks_for_them_again(world: World):
    world.require(approvals=1)
    proposal = world.open()
    world.vote(proposal, "rae")
    world.restage(proposal, {"prompt_text": changed(line_8="Eight")})
    world.submit(proposal)
    body = proposal_body(Proposal.objects.with_people().get(pk=proposal.id), user=world.people["rae"])
    assert [(each["person"]["display_name"], each["round"]) for each in body["approvals"]["voided"]] == [("Rae", 1)]
    assert missing(world, proposal, "ed", number=2) == 1
    assert Notification.objects.filter(recipient=world.people["rae"], kind="proposal.changed").count() == 1
    with pytest.raises(StaleProposal) as refusal:
        world.vote(proposal, "rae", number=1)
    assert refusal.value.extra["round"] == 2


def test_the_same_changes_make_no_new_round(world: World):
    proposal = world.open()
    world.submit(proposal)
    assert Round.objects.filter(proposal=proposal).count() == 1


def test_changes_to_other_fields_never_touch_an_approval(world: World):
    world.require(approvals=1)
    proposal = world.open()
    world.vote(proposal, "rae")
    world.save("mara", model_configuration="{}")
    assert world.accept(proposal).state == "accepted"


def test_an_objection_outlives_the_round(world: World):
    proposal = world.open()
    world.vote(proposal, "rae", "object")
    world.restage(proposal, {"prompt_text": changed(line_8="eight ")})
    world.submit(proposal)
    assert missing(world, proposal, "ed", number=2) == ["Rae"]
    world.vote(proposal, "rae", number=2)
    assert world.accept(proposal, "ed", 2).state == "accepted"


def test_c19_only_an_owner_accepts_against_an_objection_and_says_why(world: World):
    proposal = world.open()
    world.vote(proposal, "rae", "object")
    with pytest.raises(PermissionDenied):
        world.accept(proposal, "mara", reason="Urgent")
    with pytest.raises(ValidationFailed):
        world.accept(proposal, "olga")
    world.accept(proposal, "olga", reason="Urgent")
    event = Event.objects.of_project(world.project.id).get(action="proposal.accepted")
    assert (event.record["reason"], [each["display_name"] for each in event.data["overridden"]]) == ("Urgent", ["Rae"])


@pytest.mark.parametrize("verdicts", [("approve", "object"), ("object", "approve")])
def test_the_newest_vote_counts_where_the_clock_of_its_node_is_behind(
    world: World, monkeypatch: pytest.MonkeyPatch, verdicts: tuple[str, str]
):
    world.require(approvals=1)
    proposal = world.open()
    early, late = uuid7(), uuid7()
    for made, verdict in zip((late, early), verdicts, strict=True):
        monkeypatch.setattr(voting, "uuid7", lambda made=made: made)
        world.vote(proposal, "rae", verdict)
    rae = world.people["rae"]
    (vote,) = proposal_body(proposal, user=rae)["votes"]
    assert (vote["id"], vote["verdict"]) == (early, verdicts[1])
    (listed,) = proposal_bodies([proposal.id], project_id=world.project.id, user=rae)
    said = {name: [each["id"] for each in listed["approvals"][name]] for name in ("given", "objections")}
    if verdicts[1] == "object":
        assert said == {"given": [], "objections": [str(rae.id)]}
        assert missing(world, proposal, "mara") == ["Rae"]
    else:
        assert said == {"given": [str(rae.id)], "objections": []}
        world.accept(proposal, "ed")


def test_an_objection_needs_words(world: World):
    proposal = world.open()
    with pytest.raises(ValidationFailed):
        world.vote(proposal, "rae", "object", comment=" ")


@pytest.mark.parametrize("how", ["role", "account"])
def test_votes_count_by_the_roles_and_accounts_of_the_moment(world: World, how: str):
    world.require(approvals=1)
    proposal, rae = world.open(), world.people["rae"]
    world.vote(proposal, "rae")
    if how == "role":
        change_role(
            caller=world.caller("olga"), project_id=world.project.id, user_id=rae.id, role="viewer", reason="Less"
        )
    else:
        deactivate_account(caller=foundry_caller("command"), user_id=rae.id)
    assert missing(world, proposal) == 1


def test_c10_c23_who_may(world: World, make_user: Any):
    proposal = world.open()
    path = f"proposals/{proposal.id}/"
    vote, accept, reason = {"round": 1, "verdict": "approve"}, {"round": 1}, {"reason": "No"}
    acts: list[tuple[str, Any]] = [("votes/", vote), ("accept/", accept), ("reject/", reason)]
    Project.objects.filter(pk=world.project.id).update(is_private=False)
    world.people["outsider"] = make_user("outsider")
    for name in ("vic", "bot", "outsider"):
        answers = [Api(world.people[name]).post(path + act, body) for act, body in acts]
        assert [problem(answer) for answer in answers] == [(403, "permission_denied")] * 3
    created = Api(world.people["vic"]).post(f"projects/{world.project.id}/proposals/", {"title": "x"})
    assert problem(created) == (403, "permission_denied")
    rae = Api(world.people["rae"])
    assert rae.post(path + "votes/", vote).status_code == 201
    assert problem(rae.post(path + "accept/", accept)) == (403, "permission_denied")
    assert problem(rae.post(path + "reject/", reason)) == (403, "permission_denied")
    own = world.open(by="rae")
    assert own.number == 2


def test_c23_the_database_refuses_the_vote_of_an_agent(world: World):
    proposal = world.open()
    facts: dict[str, Any] = {"project": world.project, "round": Round.objects.get(proposal=proposal)}
    with pytest.raises(IntegrityError, match="only people vote"), transaction.atomic():
        Vote.objects.create(
            id=uuid7(), person=world.people["bot"], verdict="approve", created_at=timezone.now(), **facts
        )


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_c23_the_database_refuses_the_decision_of_an_agent(world: World, state: str):
    proposal = world.open()
    ended = {"ended_at": timezone.now(), "ended_by": world.people["bot"], "reason": "Fine"}
    with pytest.raises(IntegrityError, match="only people accept and reject"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.id).update(state=state, **ended)


def test_c08_the_database_keeps_what_an_ended_proposal_had_staged(world: World):
    ended, private = world.open(), world.stage({})
    withdraw_proposal(caller=world.caller("ed"), proposal_id=ended.id, reason="No")
    with pytest.raises(IntegrityError, match="nothing is staged"), transaction.atomic():
        Change.objects.filter(proposal=ended).update(proposal=private)


def test_c08_the_database_refuses_to_change_what_was_opened(world: World):
    proposal = world.open()
    world.vote(proposal, "rae")
    withdraw_proposal(caller=world.caller("ed"), proposal_id=proposal.id, reason="No")
    for change in (
        lambda: Proposal.objects.filter(pk=proposal.id).delete(),
        lambda: Proposal.objects.filter(pk=proposal.id).update(state="open", ended_at=None, ended_by=None),
        lambda: Proposal.objects.filter(pk=proposal.id).update(title="Another"),
        lambda: Round.objects.filter(proposal=proposal).update(digest="0" * 64),
        lambda: Vote.objects.filter(round__proposal=proposal).update(verdict="object"),
        lambda: Vote.objects.filter(round__proposal=proposal).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_title_is_changed_on_record_and_touches_no_approval(world: World):
    world.require(approvals=1)
    proposal = world.open()
    world.vote(proposal, "rae")
    edit_proposal(caller=world.caller("ed"), proposal_id=proposal.id, title="Other words", description="Why")
    assert Event.objects.of_project(world.project.id).get(action="proposal.edited").data["title"] == "Other words"
    assert world.accept(proposal).title == "Other words"


@pytest.mark.parametrize(("people", "words"), [(["rae"], "Rae objects."), (["rae", "mara"], "{}, {} object.")])
def test_whoever_objects_is_named(world: World, people: list[str], words: str):
    proposal = world.open()
    for name in people:
        world.vote(proposal, name, "object")
    with pytest.raises(ApprovalsMissing) as refusal:
        world.accept(proposal)
    by_id = sorted((world.people[name] for name in people), key=lambda user: user.id)
    assert refusal.value.detail == words.format(*(user.display_name for user in by_id))


def test_c19_rejecting_and_withdrawing_need_a_reason_and_end_it(world: World):
    for end, by in ((reject_proposal, "mara"), (withdraw_proposal, "ed")):
        proposal = world.open()
        with pytest.raises(ValidationFailed):
            end(caller=world.caller(by), proposal_id=proposal.id, reason=" ")
        end(caller=world.caller(by), proposal_id=proposal.id, reason="Not now")
        for act in (lambda each=proposal: world.accept(each), lambda each=proposal: world.vote(each, "rae")):
            with pytest.raises(Conflict, match=r"rejected|withdrawn"):
                act()


def test_c02_the_chain_tells_every_row_of_proposals(world: World):
    world.require(approvals=1, days=5)
    first, second = world.open(), world.open({"files/a.md": {"content": "x"}}, description="More")
    world.vote(first, "rae")
    world.restage(first, {"prompt_text": changed(line_8="Eight")})
    world.submit(first)
    world.vote(first, "rae", "object", 2)
    edit_proposal(caller=world.caller("ed"), proposal_id=first.id, title="Other words")
    world.accept(second, "olga")
    reject_proposal(caller=world.caller("mara"), proposal_id=first.id, reason="No")
    world.stage()
    state = verify_chain(str(world.project.id))
    assert state.finding is None
