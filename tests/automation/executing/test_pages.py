"""The pages of executions: what each came to, for all who read the project, and what its starter does with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from proposals.models import Proposal, ProposalState
from proposals.services import create_proposal
from publishing.proposal_policy import ProposalPolicy
from stages.automation.models import Execution
from stages.automation.pages import execution_page
from stages.automation.reading import runners
from stages.automation.reading.executions import latest_executions
from stages.automation.reading.staged import staged_groups
from stages.automation.services.executions import begin_execution
from stages.registers import verbs
from stages.registers.proposing.targets import RecordTarget
from stages.registers.schema import Relation
from stages.registers.verbs.finding import make_id
from tests.automation.executing.conftest import ScriptDesk

pytestmark = pytest.mark.django_db

CREATES = "core.create_entity('contacts', {name = 'Ada', email = 'ada@co'}, {why = 'New in the file'})"


def here(execution: Execution, act: str = "") -> str:
    return f"/projects/{execution.project_id}/automation/executions/{execution.id}/{act}"


def page(client: Client, execution: Execution, user: User) -> str:
    client.force_login(user)
    answer = client.get(here(execution))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def proposal_state(execution: Execution) -> str:
    wanted = Execution.objects.filter(pk=execution.pk).values("proposal_id")
    return Proposal.objects.get(pk__in=wanted).state


def test_the_list_says_what_became_of_each_and_can_be_filtered(desk: ScriptDesk, client: Client) -> None:
    desk.run(CREATES)
    desk.run("error('no such person')")
    desk.run("print('nothing')")
    client.force_login(desk.owner.user)
    address = f"/projects/{desk.project.id}/automation/executions/"
    shown = client.get(address).content.decode()
    for words in ("no such person", "It proposed no change.", "Its changes wait for"):
        assert words in shown
    kinds = [each.outcome.kind for each in latest_executions(desk.project.id)]
    assert kinds == ["nothing", "failed", "waiting"]
    assert "no such person" not in client.get(address, {"state": "succeeded"}).content.decode()
    nobody = client.get(address, {"person": str(desk.owner.user.id)}).content.decode()
    assert "None like that" in nobody
    for wrong in ({"state": "odd"}, {"script": "x"}, {"person": "1"}, {"cause": "rain"}, {"after": "\0"}):
        assert client.get(address, wrong).status_code in (200, 400)


def test_an_execution_has_a_page_in_its_project_only(desk: ScriptDesk, client: Client) -> None:
    execution = desk.run(CREATES)
    page(client, execution, desk.owner.user)
    other = f"/projects/{execution.id}/automation/executions/{execution.id}/"
    assert client.get(other).status_code == 404


def test_its_starter_sees_now_then_and_why_and_commits(desk: ScriptDesk, client: Client) -> None:
    (jane,) = desk.create({"name": "Jane", "email": "jane@co"}, facet="contacts")
    source = CREATES + f" core.set_field('{jane}', 'contacts.name', 'Jane M. Doe', {{why = 'Married'}})"
    source += " core.progress(2, 2, 'People') log.warn('one is odd')"
    execution = desk.run(source)
    shown = page(client, execution, desk.caller.user)
    for words in ("2 changes proposed", "New in the file", "Married", "Jane M. Doe", "Commit 2 changes", "People"):
        assert words in shown
    assert "one is odd" in shown
    others = page(client, execution, desk.owner.user)
    assert "Its changes wait for" in others
    assert "Jane M. Doe" not in others
    client.force_login(desk.caller.user)
    assert client.post(here(execution, "commit/"), {"is_all": "on"}).status_code == 302
    assert [each["name"] for each in desk.rows()] == ["Ada", "Jane M. Doe"]
    assert "Committed" in page(client, execution, desk.owner.user)


def test_its_proposal_has_the_reasons_the_records_and_the_execution(desk: ScriptDesk, client: Client) -> None:
    (jane,) = desk.create({"name": "Jane", "email": "jane@co"}, facet="contacts")
    execution = desk.run(f"core.set_field('{jane}', 'contacts.name', 'Jane M. Doe', {{why = 'Married'}})")
    client.force_login(desk.caller.user)
    client.post(here(execution, "share/"))
    proposal = Proposal.objects.get()
    shown = " ".join(client.get(f"/projects/{desk.project.id}/proposals/{proposal.number}/").content.decode().split())
    assert '<small dir="auto">Married</small>' in shown
    assert f"/registers/records/{jane}/" in shown
    assert here(execution) in shown
    assert "<strong>1 change</strong>" in shown
    for absent in ("fields differ", "No difference", "0 fields changed"):
        assert absent not in shown


def test_what_is_not_picked_is_left_out(desk: ScriptDesk, client: Client) -> None:
    jane, bob = desk.create({"name": "Jane"}, {"name": "Bob"}, facet="contacts")
    source = f"core.set_field('{jane}', 'contacts.name', 'J') core.set_field('{bob}', 'contacts.name', 'B') " + CREATES
    execution = desk.run(source)
    client.force_login(desk.caller.user)
    refused = client.post(here(execution, "commit/"))
    assert refused.status_code == 409
    assert "Pick what is to be committed" in refused.content.decode()
    picked = [f"record:field/{bob}/contacts/name"]
    assert client.post(here(execution, "commit/"), {"pick": picked}).status_code == 302
    assert [each["name"] for each in desk.rows()] == ["B", "Jane"]


def test_a_new_record_is_picked_as_a_whole(desk: ScriptDesk, client: Client) -> None:
    (jane,) = desk.create({"name": "Jane"}, facet="contacts")
    execution = desk.run(f"core.set_field('{jane}', 'contacts.name', 'J') " + CREATES)
    shown = page(client, execution, desk.caller.user)
    box = shown.split('value="entity:')[1].split('"')[0]
    assert client.post(here(execution, "commit/"), {"pick": [f"entity:{box}"]}).status_code == 302
    assert [each["name"] for each in desk.rows()] == ["Ada", "Jane"]


def test_columns_are_in_the_order_of_the_table_and_a_new_record_counts_once(desk: ScriptDesk, client: Client) -> None:
    source = "core.create_entity('contacts', {email = 'ada@co', name = 'Ada L.'})"
    source += " core.create_entity('contacts', {email = 'bob@co', name = 'Bob B.'})"
    execution = desk.run(source)
    shown = page(client, execution, desk.caller.user)
    assert "Succeeded, 2 changes proposed" in shown
    for name, email in [("<ins>Ada L.", "<ins>ada@co"), ("<ins>Bob B.", "<ins>bob@co")]:
        assert shown.index(name) < shown.index(email)
    client.force_login(desk.caller.user)
    assert client.post(here(execution, "commit/"), {"is_all": "on"}).status_code == 302
    assert "Succeeded, 2 changes proposed" in page(client, execution, desk.caller.user)


def test_the_properties_of_a_link_are_shown(desk: ScriptDesk, client: Client) -> None:
    jane, role = make_plays(desk)
    source = f"core.create_edge('plays', '{jane}', '{role}', {{properties = {{share = 0.5, since = '2026-11-05'}}}})"
    execution = desk.run(source, grants={"write": ["relation:plays"]})
    assert "<ins>Nora · share: 0.5 · since: 5 Nov 2026</ins>" in page(client, execution, desk.caller.user)


def test_a_property_of_a_link_that_is_there_is_shown_with_its_record(desk: ScriptDesk) -> None:
    jane, role = make_plays(desk)
    edge = make_id()
    facts: dict[str, Any] = {"type_": "plays", "source": jane, "target": role, "properties": {"share": 0.5}}
    desk.write(lambda acts, schema: verbs.link(acts, schema, edge, **facts))
    changes = {f"record:{RecordTarget('field', (edge, 'edge:plays', 'share'))}": {"value": 1.0}}
    proposal = create_proposal(
        caller=desk.caller, project_id=desk.project.id, title="Half", changes=changes, base_version=0
    )
    (group,) = staged_groups(desk.project.id, proposal)
    (row,) = group.rows
    assert (group.label, row.column, row.now, row.then) == ("Jane", "plays Nora · share", "0.5", "1")


def test_a_proposal_calls_new_records_and_links_by_what_they_would_be(desk: ScriptDesk, client: Client) -> None:
    _jane, role = make_plays(desk)
    source = "local ada = core.create_entity('contacts', {name = 'Ada', email = 'ada@co'}) "
    source += f"core.create_edge('plays', ada, '{role}')"
    execution = desk.run(source, grants={"write": ["contacts.*", "relation:plays"]})
    client.force_login(desk.caller.user)
    client.post(here(execution, "share/"))
    proposal = Proposal.objects.get()
    shown = client.get(f"/projects/{desk.project.id}/proposals/{proposal.number}/").content.decode()
    for words in ("Record Ada", "Record Ada in contacts", "email of Ada in contacts", "Link: Ada plays Nora"):
        assert f"<strong>{words}</strong>" in shown, words
    # No text of the project is another one then.
    assert "Writes 5 changes." in shown
    assert "Accept as v" not in shown


def make_plays(desk: ScriptDesk) -> tuple[str, str]:
    """Links of people to roles, which have properties; a person and a role."""
    properties = {"since": "date", "share": "float"}
    relation = Relation("plays", source="contacts", target="cast", properties=properties)
    desk.write(lambda acts, schema: verbs.add_relation(acts, schema, relation))
    (jane,), (role,) = desk.create({"name": "Jane"}, facet="contacts"), desk.create({"actor": "Nora"}, facet="cast")
    return jane, role


def test_what_has_changed_since_is_not_picked_at_first(desk: ScriptDesk, client: Client) -> None:
    jane, bob = desk.create({"name": "Jane"}, {"name": "Bob"}, facet="contacts")
    execution = desk.run(
        f"core.set_field('{jane}', 'contacts.name', 'J') core.set_field('{bob}', 'contacts.name', 'B')"
    )
    desk.set(jane, "name", "Janet", facet="contacts")
    shown = page(client, execution, desk.caller.user)
    assert "Changed since" in shown
    assert "Commit 1 change" in shown
    both = [f"record:field/{each}/contacts/name" for each in (jane, bob)]
    drifted = client.post(here(execution, "commit/"), {"pick": both})
    assert drifted.status_code == 409
    assert proposal_state(execution) == ProposalState.PRIVATE
    assert client.post(here(execution, "commit/"), {"pick": both[1:]}).status_code == 302
    assert [each["name"] for each in desk.rows()] == ["B", "Janet"]


def test_it_is_discarded_or_shared_by_its_starter_only(desk: ScriptDesk, client: Client) -> None:
    execution = desk.run(CREATES)
    client.force_login(desk.owner.user)
    for act in ("commit/", "discard/", "share/"):
        assert client.post(here(execution, act)).status_code == 404
    client.force_login(desk.caller.user)
    shared = client.post(here(execution, "share/"))
    assert shared.status_code == 302
    assert proposal_state(execution) == ProposalState.OPEN
    assert Proposal.objects.get(project=desk.project).description == "New in the file"
    assert "P1 is open for review" in page(client, execution, desk.owner.user)
    second = desk.run(CREATES)
    client.force_login(desk.caller.user)
    assert client.post(here(second, "discard/")).status_code == 302
    assert "Its changes were discarded" in page(client, second, desk.owner.user)


def test_where_approvals_are_asked_for_it_can_only_be_shared(
    desk: ScriptDesk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    execution = desk.run(CREATES)
    monkeypatch.setattr(execution_page, "proposal_policy_of", lambda project_id: ProposalPolicy(approvals=2))
    shown = page(client, execution, desk.caller.user)
    assert "asks for 2 approvals" in shown
    assert "exec-commit" not in shown


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("print(1)\nerror('no such person')", ("no such person", "Line 2:", "error(&#x27;no such person&#x27;)")),
        ("while true do end", ("It took all of its", "Look for a loop", "Line 1:")),
        ("local t = ('x'):rep(2^27)", ("It needed more than 64 MiB", "read records page by page")),
        ("for i = 1, 30000 do print(i) end", ("which is the limit", "The log was cut", "Whole log")),
    ],
)
def test_a_failure_says_what_where_and_what_to_do(
    desk: ScriptDesk, client: Client, source: str, words: tuple[str, ...]
) -> None:
    execution = desk.run(source)
    shown = page(client, execution, desk.owner.user)
    for each in (*words, "Nothing was proposed and nothing was changed."):
        assert each in shown
    assert len(shown) < 300_000
    assert f"?line={execution.line}" in shown
    log = client.get(here(execution, "log/"))
    assert (log.status_code, log["Content-Type"]) == (200, "text/plain; charset=utf-8")


def test_what_waits_runs_and_is_stopped_says_so(
    desk: ScriptDesk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = desk.save("print(1)")
    desk.switch(saved)
    execution = desk.start(saved)
    assert "Waiting for a runner" in page(client, execution, desk.owner.user)
    monkeypatch.setattr(runners, "PATIENCE", -runners.PATIENCE)
    assert "No runner is at work" in page(client, execution, desk.owner.user)
    begin_execution(execution_id=execution.id)
    assert "What it proposes is here when it has ended" in page(client, execution, desk.owner.user)
    begin_execution(execution_id=execution.id)
    assert "This is attempt 2 of 3" in page(client, execution, desk.owner.user)
    assert client.post(here(execution, "stop/")).status_code == 302
    assert "A person stopped it. Nothing was proposed." in page(client, execution, desk.owner.user)
    assert client.post(here(execution, "stop/")).status_code == 409


def test_a_lost_runner_is_said(desk: ScriptDesk, client: Client) -> None:
    saved = desk.save("print(1)")
    desk.switch(saved)
    execution = desk.start(saved)
    for _ in range(4):
        begin_execution(execution_id=execution.id)
    assert "lost three times" in page(client, execution, desk.owner.user)
