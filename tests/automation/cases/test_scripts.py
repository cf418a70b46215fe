"""Acceptance cases of scripts, by their numbers, through their pages.

The same through the services: `tests/automation/executing/test_running.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from audit.models import Event
from proposals.models import Proposal
from stages.automation.executing.working import run_execution
from stages.automation.models import Execution
from stages.automation.reading.scripts import scripts_of
from stages.automation.services.modules import adopt_module
from stages.automation.services.scripts import find_script, switch_script
from stages.registers.models import Bundle, Operation, Row
from tests.automation.executing.conftest import ScriptDesk, desk  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db

PEOPLE = b"name,email\nAda,ada@co\nJane Doe,jane@co\nBob,bob@co\nCy,cy@co\n"


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def run(browser: Client, address: str, **fields: Any) -> Execution:
    """Run a script by its page, and work it off."""
    started = browser.post(f"{address}run/", fields)
    assert started.status_code == 302, started.content.decode()
    execution = Execution.objects.order_by("-id")[0]
    assert str(execution.id) in started["Location"]
    run_execution(execution.id)
    execution.refresh_from_db()
    return execution


def page_of(browser: Client, execution: Execution) -> str:
    return browser.get(f"/projects/{execution.project_id}/automation/executions/{execution.id}/").content.decode()


def test_only_what_was_granted_can_be_changed(desk: ScriptDesk, owner: User, editor: User) -> None:  # noqa: F811
    """Case 29."""
    (jane,) = desk.create({"name": "Jane", "email": "jane@co"}, facet="contacts")
    source = f"core.set_field('{jane}', 'contacts.email', 'x@co')"
    wishes = {"capabilities": {"write": ["cast.*", "contacts.email"]}}
    saved = desk.save(source, settings=wishes)
    address = f"/projects/{desk.project.id}/automation/scripts/{saved.script_id}/"
    mine, theirs = browser_of(editor), browser_of(owner)

    def grant(*ticked: str) -> None:
        sha256 = find_script(desk.project.id, saved.script_id).sha256
        given = {"sha256": sha256, "is_on": "on", "grant": [f"write:{each}" for each in ticked]}
        assert theirs.post(f"{address}switch/", given).status_code == 302

    def save(text: str) -> None:
        base = find_script(desk.project.id, saved.script_id).sha256
        assert mine.post(f"{address}save/", {"source": text, "base_sha256": base}).status_code == 200

    grant("cast.*")
    refused = run(mine, address)
    assert (refused.state, refused.line, refused.error) == ("failed", 1, "not granted: contacts.email")
    save(f"print(pcall(core.set_field, '{jane}', 'contacts.email', 'x@co'))")
    grant("cast.*")
    caught = run(mine, address)
    assert (caught.state, caught.proposal_id) == ("succeeded", None)
    save(source)
    grant("cast.*", "contacts.email")
    assert run(mine, address).proposal_id is not None
    save(source + " ")
    off = mine.post(f"{address}run/")
    assert off.status_code == 409
    assert "the text changed" in off.content.decode()
    grant("contacts.email")
    assert run(mine, address).state == "succeeded"


def test_an_import_by_hand_is_committed_or_discarded(desk: ScriptDesk, owner: User, editor: User) -> None:  # noqa: F811
    """Case 32, with the script of the shipped module."""
    project_id = desk.project.id
    adopt_module(caller=desk.owner, project_id=project_id, name="production")
    (script,) = [each.script for each in scripts_of(project_id) if each.script.name == "production/import_people"]
    grants = script.settings.capabilities.to_json()
    given: dict[str, Any] = {"caller": desk.owner, "project_id": project_id, "sha256": script.sha256}
    switch_script(**given, script_id=script.id, is_on=True, grants=grants)  # type: ignore[arg-type]
    desk.create({"name": "Jane Doe", "email": "jane@co"}, facet="contacts")
    mine = browser_of(editor)
    address = f"/projects/{project_id}/automation/scripts/{script.id}/"

    def people() -> int:
        return Row.objects.filter(project=project_id, facet="contacts").count()

    def imported() -> Execution:
        return run(mine, address, **{"arg-file-upload": SimpleUploadedFile("people.csv", PEOPLE)})

    first = imported()
    assert (first.state, people()) == ("succeeded", 1), first.error
    proposal = Proposal.objects.get(pk=str(first.proposal_id))
    assert proposal.state == "private"
    assert "Commit 3 changes" in page_of(mine, first)
    assert "Ada" not in page_of(browser_of(owner), first)
    before, events = Bundle.objects.filter(project=project_id).count(), Event.objects.of_project(project_id).count()
    here = f"/projects/{project_id}/automation/executions/{first.id}/"
    assert mine.post(f"{here}commit/", {"is_all": "on"}).status_code == 302
    assert (people(), Bundle.objects.filter(project=project_id).count()) == (4, before + 1)
    newest = Operation.objects.filter(project=project_id).latest("id").bundle_id
    texts = Operation.objects.filter(bundle=newest).values_list("text", flat=True)
    assert all('"source":{"script":"production/import_people"}' in text for text in texts)
    # Nobody new: nothing is proposed. Somebody new, discarded: no trace but the execution.
    assert imported().proposal_id is None
    more = {"arg-lines": "name,email\nEve,eve@co\n"}
    second = run(mine, address, **more)
    events = Event.objects.of_project(project_id).count()
    discarded = mine.post(f"/projects/{project_id}/automation/executions/{second.id}/discard/")
    assert discarded.status_code == 302
    assert (Event.objects.of_project(project_id).count(), people()) == (events, 4)
    assert not Proposal.objects.filter(pk=str(second.proposal_id)).exists()
    assert "discarded" in page_of(mine, second)


def test_a_script_that_fails_proposes_nothing(desk: ScriptDesk, editor: User) -> None:  # noqa: F811
    """Case 33: each of three executions shows the line, and nothing is proposed."""
    source = "for i = 1, 5 do\n  core.create_entity('contacts', {name = 'x' .. i})\nend\nerror('no')"
    saved = desk.save(source)
    desk.switch(saved)
    mine = browser_of(editor)
    address = f"/projects/{desk.project.id}/automation/scripts/{saved.script_id}/"
    ran = [run(mine, address) for _ in range(3)]
    assert [(each.state, each.line, each.proposal_id) for each in ran] == [("failed", 4, None)] * 3
    assert Execution.objects.count() == 3
    assert not Proposal.objects.filter(project=desk.project).exists()
    shown = page_of(mine, ran[0])
    assert f"{address}?line=4" in shown
