"""Scripts run by hand: they only propose, privately, as far as they are granted, and once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.models import Event
from blobs.models import Blob
from kernel.errors import Conflict, PermissionDenied, ValidationFailed
from proposals.models import Proposal, ProposalState
from proposals.services import accept_proposal, discard_proposal
from stages.automation.errors import ScriptOff
from stages.automation.models import Execution
from stages.automation.services import executions
from stages.registers.models import Operation, Row
from tests.automation.executing.conftest import ScriptDesk

pytestmark = pytest.mark.django_db

IMPORT = """
    local known = {}
    for _, row in ipairs(core.records("contacts")) do known[row.email] = row.id end
    for number, row in ipairs(csv.decode(args.file, {header = true})) do
        if not known[row.email] then core.create_entity("contacts", {name = row.name, email = row.email}) end
        core.progress(number, 4, row.name)
    end
"""
PEOPLE = "name,email\nAda,ada@co\nJane,jane@co\nBob,bob@co\nCy,cy@co\n"


def events(desk: ScriptDesk, action: str) -> list[dict[str, Any]]:
    return [each.data for each in Event.objects.of_project(desk.project.id).filter(action=action)]


def proposal_of(execution: Execution) -> Proposal:
    assert execution.proposal_id is not None
    return Proposal.objects.get(pk=execution.proposal_id)


def log_of(execution: Execution) -> list[str]:
    """The lines of its log as they are kept."""
    lines = [json.loads(each) for each in Blob.objects.get(pk=execution.log).text.split("\n")]
    assert all(each.keys() == {"level", "text", "at"} for each in lines)
    return [f"{each['level']} {each['text']}" for each in lines]


def test_an_import_is_a_private_proposal_and_commits_as_one_bundle(desk: ScriptDesk) -> None:
    desk.create({"name": "Jane", "email": "jane@co"}, facet="contacts")
    execution = desk.run(IMPORT, file=PEOPLE)
    assert (execution.state, execution.code, execution.writes) == ("succeeded", "", 3)
    assert len(desk.rows()) == 1
    proposal = proposal_of(execution)
    assert (proposal.state, proposal.on_behalf_of_id) == (ProposalState.PRIVATE, desk.caller.user.id)
    (completed,) = events(desk, "script.completed")
    assert (completed["state"], completed["changes"]) == ("succeeded", 3)
    before = len(events(desk, "register.changed"))
    accept_proposal(caller=desk.caller, proposal_id=proposal.id, message="Imported", round=1)
    assert [shown["name"] for shown in desk.rows()] == ["Ada", "Bob", "Cy", "Jane"]
    assert len(events(desk, "register.changed")) == before + 1
    newest = Operation.objects.filter(project=desk.project).latest("id").bundle_id
    texts = Operation.objects.filter(bundle=newest).values_list("text", flat=True)
    assert all('"source":{"script":"people"}' in text for text in texts)


def test_what_is_discarded_leaves_the_execution_only(desk: ScriptDesk) -> None:
    execution = desk.run(IMPORT, file=PEOPLE)
    before = Event.objects.of_project(desk.project.id).count()
    discard_proposal(caller=desk.caller, proposal_id=proposal_of(execution).id)
    assert Event.objects.of_project(desk.project.id).count() == before
    assert not Proposal.objects.filter(project=desk.project).exists()
    assert Execution.objects.get(pk=execution.id).state == "succeeded"
    assert desk.rows() == []


def test_a_script_that_fails_proposes_nothing_and_names_its_line(desk: ScriptDesk) -> None:
    source = "for i = 1, 5 do core.create_entity('contacts', {name = 'x' .. i}) end\nprint('made')\nerror('no')"
    saved = desk.save(source)
    desk.switch(saved)
    ran = [desk.work(desk.start(saved)) for _ in range(3)]
    assert [(each.state, each.code, each.error, each.line) for each in ran] == [("failed", "error", "no", 3)] * 3
    assert Execution.objects.count() == 3
    assert not Proposal.objects.filter(project=desk.project).exists()
    assert len(events(desk, "script.completed")) == 3
    assert log_of(ran[0]) == ["info made"]


def test_only_what_is_granted_is_staged_and_another_text_is_off(desk: ScriptDesk) -> None:
    (jane,) = desk.create({"name": "Jane", "email": "jane@co"}, facet="contacts")
    source = f"core.set_field('{jane}', 'contacts.email', 'x@co')"
    refused = desk.run(source, grants={"write": ["cast.*"]})
    assert (refused.state, refused.error, refused.line) == ("failed", "not granted: contacts.email", 1)
    caught = desk.run(f"print(pcall(core.set_field, '{jane}', 'contacts.email', 'x@co'))", grants={"write": ["cast.*"]})
    assert (caught.state, caught.proposal_id) == ("succeeded", None)
    granted = desk.save(source)
    desk.switch(granted, grants={"write": ["contacts.email"]})
    assert desk.work(desk.start(granted)).proposal_id is not None
    changed = desk.save(source + " ")
    with pytest.raises(ScriptOff):
        desk.start(changed)
    with pytest.raises(Conflict):
        desk.switch(granted)
    desk.switch(changed, grants={"write": ["contacts.email"]})
    assert desk.work(desk.start(changed)).state == "succeeded"


def test_a_script_sees_what_it_has_staged(desk: ScriptDesk) -> None:
    source = """
        local ada = core.create_entity("contacts", {name = "Ada", email = "ada@co", notes = "first"})
        core.set_field(ada, "contacts.name", "Ada L.")
        core.set_field(ada, "contacts.notes", "second")
        core.attach(ada, "cast", {actor = "Ada", age = 36})
        local rows = core.records("contacts", {where = {email = "ada@co"}})
        assert(#rows == 1 and rows[1].id == ada and rows[1].name == "Ada L." and rows[1].notes == "second")
        assert(core.get_field(ada, "cast.age") == 36 and core.get_field(ada, "contacts.email") == "ada@co")
        core.detach(ada, "cast")
        assert(#core.records("cast") == 0)
        local bob = core.create_entity("contacts", {name = "Bob"})
        core.delete_entity(bob)
        assert(#core.records("contacts") == 1)
        core.set_text("files/notes.md", "# Notes")
        assert(core.get_text("files/notes.md") == "# Notes" and core.get_text("prompt_text") == nil)
    """
    execution = desk.run(source)
    assert (execution.state, execution.error) == ("succeeded", "")
    accept_proposal(caller=desk.caller, proposal_id=proposal_of(execution).id, message="Ada", round=1)
    assert [shown["name"] for shown in desk.rows()] == ["Ada L."]
    desk.project.refresh_from_db()
    assert desk.project.current_draft is not None
    assert "files/notes.md" in desk.project.current_draft.fields


def test_records_come_in_pages_with_what_is_staged_between(desk: ScriptDesk) -> None:
    desk.create(*({"name": f"P{number}"} for number in range(7)), facet="contacts")
    source = """
        for i = 1, 3 do core.create_entity("contacts", {name = "new"}) end
        local seen, count, after = {}, 0, nil
        repeat
            local rows, following = core.records("contacts", {limit = 2, after = after})
            for _, row in ipairs(rows) do assert(not seen[row.id]) seen[row.id] = true count = count + 1 end
            after = following
        until not after
        print(count)
    """
    execution = desk.run(source)
    assert log_of(execution) == ["info 10"]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("core.set_field('{jane}', 'contacts.none', 1)", "none"),
        ("core.set_field('{jane}', 'none.email', 1)", "none"),
        ("core.set_field('{jane}', 'contacts', 1)", "table.column"),
        ("core.set_field('x', 'contacts.email', 'a')", "x"),
        ("core.set_field(5, 'contacts.email', 'a')", "record is a text"),
        ("core.create_entity('cast', {age = 'old'})", "age"),
        ("core.create_entity('foundry.script', {name = 'x'})", "foundry.script"),
        ("core.create_entity('contacts', {email = 'jane@co'})", "another record"),
        ("core.records('contacts', {limit = 0})", "limit"),
        ("core.records('contacts', {after = 'x'})", "after"),
        ("core.records('contacts', {other = 1})", "options"),
        ("core.edges('none', {from = '{jane}'})", "none"),
        ("core.set_text('prompt_text', 5)", "text"),
        ("core.http({url = 'https://example.org/'})", "not granted"),
    ],
)
def test_what_the_registers_refuse_is_an_error_of_the_script(desk: ScriptDesk, call: str, error: str) -> None:
    (jane,) = desk.create({"name": "Jane", "email": "jane@co"}, facet="contacts")
    execution = desk.run(call.replace("{jane}", jane))
    assert (execution.state, execution.code, execution.line) == ("failed", "error", 1)
    assert error in execution.error
    assert execution.proposal_id is None


def test_links_are_made_moved_and_removed(desk: ScriptDesk) -> None:
    from stages.registers import verbs
    from stages.registers.schema import Relation

    relation = Relation("plays", source="contacts", target="cast", ordered=True)
    desk.write(lambda acts, schema: verbs.add_relation(acts, schema, relation))
    (jane,) = desk.create({"name": "Jane"}, facet="contacts")
    first, second = desk.create({"actor": "A"}, {"actor": "B"}, facet="cast")
    source = f"""
        local a = core.create_edge("plays", "{jane}", "{first}")
        local b = core.create_edge("plays", "{jane}", "{second}")
        core.move_edge(b, {{at = 0}})
        local rows = core.edges("plays", {{from = "{jane}"}})
        assert(#rows == 2 and rows[1].to == "{second}")
        core.delete_edge(a)
        core.delete_edge(core.create_edge("plays", "{jane}", "{first}"))
        assert(#core.edges("plays", {{to = "{first}"}}) == 0)
    """
    grants = {"write": ["relation:plays"]}
    execution = desk.run(source, grants=grants)
    assert (execution.state, execution.error) == ("succeeded", "")
    accept_proposal(caller=desk.caller, proposal_id=proposal_of(execution).id, message="Cast", round=1)
    assert desk.run(source, grants={"read": ["relation:plays"]}).error == "not granted: relation:plays"


def test_switched_off_while_it_ran_nothing_is_proposed(desk: ScriptDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = desk.save("core.create_entity('contacts', {name = 'x'})")
    desk.switch(saved)
    execution = desk.start(saved)
    end = executions.end_execution
    from stages.automation.executing import working

    def switched_off(**facts: Any) -> Any:
        desk.switch(saved, is_on=False)
        return end(**facts)

    monkeypatch.setattr(working, "end_execution", switched_off)
    desk.work(execution)
    assert (execution.state, execution.code, execution.proposal_id) == ("stopped", "script_off", None)


def test_a_stopped_execution_stays_stopped(desk: ScriptDesk) -> None:
    saved = desk.save("core.create_entity('contacts', {name = 'x'})")
    desk.switch(saved)
    execution = desk.start(saved)
    executions.stop_execution(caller=desk.caller, execution_id=execution.id)
    desk.work(execution)
    assert (execution.state, execution.code, execution.attempt) == ("stopped", "stopped", 0)
    with pytest.raises(Conflict):
        executions.stop_execution(caller=desk.caller, execution_id=execution.id)
    assert not Proposal.objects.filter(project=desk.project).exists()


def test_a_process_that_was_taken_for_lost_writes_nothing(desk: ScriptDesk) -> None:
    from stages.automation.executing.working import run_claimed

    saved = desk.save("core.create_entity('contacts', {name = 'x'})")
    desk.switch(saved)
    execution = desk.start(saved)
    lost = executions.begin_execution(execution_id=execution.id)
    assert lost is not None
    outcome, staged = run_claimed(lost)
    desk.work(execution)
    assert (execution.state, execution.attempt) == ("succeeded", 2)
    with pytest.raises(executions.ExecutionFenced):
        executions.end_execution(claim=lost, outcome=outcome, staged=staged)
    assert Proposal.objects.filter(project=desk.project).count() == 1
    assert len(events(desk, "script.completed")) == 1


def test_the_third_lost_process_ends_it(desk: ScriptDesk) -> None:
    saved = desk.save("print(1)")
    desk.switch(saved)
    execution = desk.start(saved)
    for _ in range(3):
        assert executions.begin_execution(execution_id=execution.id) is not None
    assert executions.begin_execution(execution_id=execution.id) is None
    execution.refresh_from_db()
    assert (execution.state, execution.code) == ("failed", "worker_lost")


def test_the_person_must_still_be_allowed_to_run_it(desk: ScriptDesk) -> None:
    from projects.models import Member

    saved = desk.save("print(1)")
    desk.switch(saved)
    execution = desk.start(saved)
    Member.objects.filter(project=desk.project, user=desk.caller.user).update(role="viewer")
    desk.work(execution)
    assert (execution.state, execution.code) == ("failed", "access_lost")


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"source": "local x = 1\n= 3"}, "source"),
        ({"source": "\x1bLua"}, "source"),
        ({"source": " "}, "source"),
        ({"source": "x\0"}, "source"),
        ({"source": "print(1)", "settings": {"on_chang": []}}, "settings.on_chang"),
        ({"source": "print(1)", "settings": {"args": [{"name": "a", "type": "thing"}]}}, "settings.args.0.type"),
        ({"source": "print(1)", "settings": {"capabilities": {"read": [5]}}}, "settings.capabilities.read.0"),
        ({"source": "print(1)", "name": ""}, "name"),
    ],
)
def test_what_is_no_script_is_not_saved(desk: ScriptDesk, facts: dict[str, Any], name: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        desk.save(**facts)
    assert list(refused.value.errors) == [name]
    assert not Row.objects.filter(project=desk.project, facet="foundry.script").exists()


def test_arguments_fit_what_the_script_asks_for(desk: ScriptDesk) -> None:
    settings = {"args": [{"name": "count", "type": "integer", "required": True}, {"name": "note"}]}
    saved = desk.save("print(args.count, args.note)", settings=settings)
    desk.switch(saved)
    for wrong in ({}, {"count": "3"}, {"count": True}, {"count": 3, "other": 1}):
        with pytest.raises(ValidationFailed):
            desk.start(saved, **wrong)
    assert desk.work(desk.start(saved, count=3, note="")).args == {"count": 3}


def test_editors_write_and_run_and_only_owners_switch(desk: ScriptDesk) -> None:
    saved = desk.save("print(1)")
    desk.owner, owner = desk.caller, desk.owner
    with pytest.raises(PermissionDenied):
        desk.switch(saved)
    desk.owner = owner
    desk.switch(saved)
    desk.start(saved)
