"""Scripts on change: each change is given once, with its first and its newest value; one open proposal has it all."""

from __future__ import annotations

from uuid import UUID

import pytest

from audit.models import Event
from notifications.models import Notification
from projects.models import Member, Role
from proposals.models import Proposal, ProposalState
from proposals.services import stage_changes
from stages.automation.models import Due, Execution
from stages.automation.services import on_change
from stages.automation.services.account import scripts_user
from stages.automation.services.changes import look_at_changes, recover_changes
from stages.automation.services.executions import stop_execution
from stages.registers import verbs
from tests.automation.changes.conftest import COPY, LOG, ChangeDesk, seen

pytestmark = pytest.mark.django_db
FAIL = 'core.create_entity("contacts", {name = "x"}) error("no")'


def lines(desk: ChangeDesk, kind: str) -> list[Notification]:
    return list(Notification.objects.filter(project=desk.project, kind=kind))


def test_a_change_is_given_once_with_its_first_and_newest_value(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email")
    (ada,) = desk.create({"email": "a"}, facet="contacts")
    desk.follow(saved)
    for value in ("b", "c"):
        desk.set(ada, "email", value, facet="contacts")
    execution = desk.follow(saved)
    change = {"table": "contacts", "column": "email", "record": ada, "old": "a", "new": "c"}
    assert (execution.changes, execution.cause, execution.person_id) == ([change], "change", desk.owner.user.id)
    assert (execution.state, execution.proposal_id, desk.due()) == ("succeeded", None, {})
    assert desk.look(saved) is None


def test_what_was_changed_back_is_not_given(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email")
    (ada,) = desk.create({"email": "a"}, facet="contacts")
    desk.follow(saved)
    desk.set(ada, "email", "b", facet="contacts")
    desk.set(ada, "email", "a", facet="contacts")
    assert (desk.look(saved), desk.due()) == (None, {})


def test_a_change_during_an_execution_is_given_to_the_next_one(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email")
    (ada,) = desk.create({"email": "a"}, facet="contacts")
    first = desk.look(saved)
    assert first is not None
    desk.set(ada, "email", "b", facet="contacts")
    assert desk.look(saved) is None
    desk.work(first)
    second = desk.follow(saved)
    assert [(each["old"], each["new"]) for each in seen(first, second)] == [(None, "a"), ("a", "b")]


def test_what_is_staged_is_one_open_proposal_on_behalf_of_the_owner(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email", source=COPY)
    (ada,) = desk.create({"email": "A"}, facet="contacts")
    first = desk.follow(saved)
    (bob,) = desk.create({"email": "B"}, facet="contacts")
    second = desk.follow(saved)
    proposal = desk.open_one()
    assert (first.proposal_id, second.proposal_id, proposal.on_behalf_of_id) == (
        proposal.id,
        proposal.id,
        desk.owner.user.id,
    )
    assert (proposal.origin_type, proposal.origin_id) == ("script", saved.script_id)
    assert desk.staged(proposal) == {f"{ada}/copy": "a", f"{bob}/copy": "b"}
    assert [each.recipient_id for each in lines(desk, "script.proposed")] == [desk.owner.user.id]
    desk.accept(proposal)
    assert sorted(row["copy"] for row in desk.rows()) == ["a", "b"]
    assert desk.due() == {}


def test_a_script_goes_on_from_what_it_has_proposed_and_takes_it_back(desk: ChangeDesk) -> None:
    source = """
    local row = core.records("contacts", {where = {name = "sum"}})[1]
    for _, each in ipairs(context.changes) do
        if each.new == "none" then core.set_field(row.id, "contacts.copy", nil)
        else core.set_field(row.id, "contacts.copy", (row.copy or "") .. each.new) end
    end
    """
    saved = desk.watch("contacts.email", source=source)
    desk.create({"name": "sum"}, facet="contacts")
    for value in ("a", "b"):
        desk.create({"email": value}, facet="contacts")
        desk.follow(saved)
    assert list(desk.staged(desk.open_one()).values()) == ["ab"]
    desk.create({"email": "none"}, facet="contacts")
    execution = desk.follow(saved)
    assert (execution.state, execution.proposal_id) == ("succeeded", None)
    (proposal,) = desk.proposals()
    assert proposal.state == ProposalState.WITHDRAWN


def test_what_somebody_has_changed_since_leaves_the_open_proposal(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email", source=COPY)
    ada, bob = desk.create({"email": "A"}, {"email": "B"}, facet="contacts")
    desk.follow(saved)
    desk.set(ada, "copy", "by hand", facet="contacts")
    desk.set(bob, "copy", "b", facet="contacts")
    (cy,) = desk.create({"email": "C"}, facet="contacts")
    desk.follow(saved)
    assert desk.staged(desk.open_one()) == {f"{cy}/copy": "c"}


def test_a_proposal_that_was_decided_meanwhile_is_not_proposed_again(
    desk: ChangeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stages.automation.executing import working

    saved = desk.watch("contacts.email", source=COPY)
    desk.create({"email": "A"}, facet="contacts")
    desk.follow(saved)
    (bob,) = desk.create({"email": "B"}, facet="contacts")
    execution = desk.look(saved)
    assert execution is not None
    run = working.run_claimed

    def rejected(claim: object, stopped: object = None) -> object:
        found = run(claim, stopped)  # type: ignore[arg-type]
        desk.reject(desk.open_one())
        return found

    with monkeypatch.context() as patch:
        patch.setattr(working, "run_claimed", rejected)
        assert desk.work(execution).state == "queued"
    assert desk.work(execution).state == "succeeded"
    assert desk.staged(desk.open_one()) == {f"{bob}/copy": "b"}


def test_what_a_person_has_staged_beside_it_makes_the_proposal_theirs(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email", source=COPY)
    (ada,) = desk.create({"email": "A"}, facet="contacts")
    desk.follow(saved)
    changes = {f"record:field/{ada}/contacts/name": {"value": "Ada"}}
    stage_changes(caller=desk.owner, proposal_id=desk.open_one().id, base_version=0, changes=changes)
    desk.create({"email": "B"}, facet="contacts")
    desk.follow(saved)
    assert [len(desk.staged(each)) for each in desk.proposals()] == [2, 1]


def test_three_failures_switch_a_script_off_and_what_waited_is_done_once_repaired(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email", source=FAIL)
    ada, bob = desk.create({"email": "A"}, {"email": "B"}, facet="contacts")
    for number in range(3):
        execution = desk.follow(saved)
        assert (execution.state, execution.proposal_id, len(desk.due())) == ("failed", None, 2), number
    assert not desk.switch_now(saved).is_on
    switched = Event.objects.of_project(desk.project.id).filter(action="script.switched").order_by("seq").last()
    assert switched is not None
    assert switched.actor_id == scripts_user().id
    assert "3" in switched.record["reason"]
    assert [each.recipient_id for each in lines(desk, "script.off")] == [desk.owner.user.id]
    assert desk.look(saved) is None
    desk.set(ada, "email", "AA", facet="contacts")
    repaired = desk.watch("contacts.email", source=COPY)
    desk.follow(repaired)
    assert desk.staged(desk.open_one()) == {f"{ada}/copy": "aa", f"{bob}/copy": "b"}
    assert (desk.look(repaired), desk.due()) == (None, {})


def test_a_success_between_failures_begins_the_count_anew(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email", source="if context.changes[1].new == 'bad' then error('no') end")
    for value in ("bad", "bad", "good", "bad", "bad"):
        desk.create({"email": value}, facet="contacts")
        Due.objects.exclude(pk=Due.objects.latest("id").pk).delete()
        desk.follow(saved)
    assert desk.switch_now(saved).is_on


def test_a_failure_keeps_the_older_value_of_what_changed_since(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email", source="error('no')")
    (ada,) = desk.create({"email": "a"}, facet="contacts")
    Due.objects.all().delete()
    desk.set(ada, "email", "b", facet="contacts")
    execution = desk.look(saved)
    assert execution is not None
    desk.set(ada, "email", "c", facet="contacts")
    assert list(desk.due().values()) == ["b"]
    desk.work(execution)
    assert list(desk.due().values()) == ["a"]


def test_a_stopped_execution_leaves_its_changes_waiting(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email")
    desk.create({"email": "a"}, facet="contacts")
    execution = desk.look(saved)
    assert execution is not None
    stop_execution(caller=desk.caller, execution_id=execution.id)
    assert len(desk.due()) == 1


@pytest.mark.parametrize("is_running", [False, True])
def test_a_script_whose_owner_is_none_any_more_is_paused_until_an_owner_switches_it_on(
    desk: ChangeDesk, is_running: bool
) -> None:
    saved = desk.watch("contacts.email")
    desk.create({"email": "a"}, facet="contacts")
    execution = desk.look(saved) if is_running else None
    Member.objects.filter(project=desk.project, user=desk.owner.user).update(role=Role.EDITOR)
    Member.objects.filter(project=desk.project, user=desk.caller.user).update(role=Role.OWNER)
    if execution is not None:
        assert desk.work(execution).code == "access_lost"
    else:
        recover_changes()
    assert (desk.switch_now(saved).is_paused, desk.switch_now(saved).is_on) == (True, True)
    assert [each.recipient_id for each in lines(desk, "script.paused")] == [desk.caller.user.id]
    desk.create({"email": "b"}, facet="contacts")
    assert (desk.look(saved), len(desk.due())) == (None, 2)
    desk.owner = desk.caller
    desk.switch(saved)
    execution = desk.follow(saved)
    assert (len(execution.changes), execution.person_id) == (2, desk.caller.user.id)


def test_what_waits_for_a_script_that_was_removed_is_dropped(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email")
    desk.create({"email": "a"}, facet="contacts")
    system = frozenset({"foundry.script"})
    desk.write(lambda acts, schema: verbs.schema_records.remove(acts, [saved.script_id]), system=system)
    assert (desk.look(saved), desk.due()) == (None, {})


def test_another_text_leaves_what_waits_to_the_text_that_is_switched_on(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email", "contacts.name")
    desk.create({"email": "a", "name": "Ada"}, facet="contacts")
    execution = desk.look(saved)
    assert execution is not None
    desk.save(LOG + " ", name="watch", settings={"on_change": ["contacts.email"]})
    assert (desk.work(execution).code, len(desk.due())) == ("script_off", 2)
    other = desk.watch("contacts.email", source=LOG + " ")
    assert [each["column"] for each in desk.follow(other).changes] == ["email"]
    assert desk.due() == {}


def test_a_full_proposal_makes_what_follows_wait_until_it_is_decided(
    desk: ChangeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_change, "MAX_CHANGES_OF_PROGRAM", 50)
    saved = desk.watch("contacts.email", source=COPY)
    desk.create(*({"email": f"A{number}"} for number in range(30)), facet="contacts")
    desk.follow(saved)
    desk.create(*({"email": f"B{number}"} for number in range(30)), facet="contacts")
    assert desk.follow(saved).code == "waits"
    assert (desk.look(saved), len(desk.due())) == (None, 30)
    desk.accept(desk.open_one())
    assert len(desk.follow(saved).changes) == 30
    assert len(desk.staged(desk.open_one())) == 30


def test_what_waits_without_a_job_is_found(desk: ChangeDesk) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    saved = desk.watch("contacts.email")
    desk.create({"email": "a"}, facet="contacts")
    jobs = ProcrastinateJob.objects.filter(task_name="stages.automation.jobs.look_at_changes")
    assert jobs.count() == 1
    recover_changes()
    assert jobs.count() == 1
    jobs.all()._raw_delete(using="default")
    recover_changes()
    assert [each.args["script"] for each in jobs] == [saved.script_id]


def test_what_still_changes_waits(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email")
    desk.create({"email": "a"}, facet="contacts")
    assert look_at_changes(desk.project.id, UUID(saved.script_id)) is None
    assert len(desk.due()) == 1
    assert not Execution.objects.exists()


def test_proposals_of_one_person_leave_room_for_those_of_another(
    desk: ChangeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from proposals.services import creating

    monkeypatch.setattr(creating, "MAX_PRIVATE", 1)
    source = 'core.create_entity("contacts", {name = "x"})'
    assert desk.run(source).state == "succeeded"
    assert desk.run(source).code == "refused"
    desk.caller = desk.owner
    assert desk.run(source).state == "succeeded"
    assert Proposal.objects.filter(project=desk.project).count() == 2
