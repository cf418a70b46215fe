"""The settings of a project: read by everybody who sees it, changed by owners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event, project_chain
from projects.models import Project
from projects.services import archive_project, update_project
from tests.workspace.conftest import Browser
from tests.workspace.html import Page, elements, words

pytestmark = pytest.mark.django_db

SETTINGS, ARCHIVE = "settings/", "settings/archive/"


def address(project: Project, tail: str = SETTINGS) -> str:
    return f"/projects/{project.id}/{tail}"


def form(response: Page) -> dict[str, str]:
    """What a browser would send of the form as it stands, changed by nobody."""
    sent = {}
    for field in elements(response, "input"):
        is_chosen = field.attributes.get("type") != "radio" or "checked" in field.attributes
        name = field.attributes.get("name", "")
        if is_chosen and name.removeprefix("shown_") in {"name", "description", "access"}:
            sent[name] = field.attributes.get("value", "")
    return sent


def send(client: Client, project: Project, **typed: str) -> Any:
    """Open the page, type, and send."""
    return client.post(address(project), {**form(client.get(address(project))), **typed})


def tabs(response: Page) -> list[str]:
    return [words(tab) for tab in elements(response, "a", class_="nav-tab")]


def test_an_owner_changes_the_name_the_description_and_who_sees_it(
    browser: Browser, project: Project, owner: User
) -> None:
    answer = send(browser(owner), project, name="Phase III", description="For sites", access="internal")
    assert answer.status_code == 302
    project.refresh_from_db()
    assert (project.name, project.description, project.is_private) == ("Phase III", "For sites", False)
    event = Event.objects.filter(chain=project_chain(project.id), action="project.updated").get()
    assert (event.data["name"], event.data["is_private"]) == ("Phase III", False)


def test_what_another_owner_changed_meanwhile_stays(
    browser: Browser, project: Project, owner: User, caller_for: Callable[..., Caller]
) -> None:
    client = browser(owner)
    opened = form(client.get(address(project)))
    update_project(caller=caller_for(owner), project_id=project.id, description="Told elsewhere")
    client.post(address(project), {**opened, "name": "Renamed here"})
    project.refresh_from_db()
    assert (project.name, project.description) == ("Renamed here", "Told elsewhere")


def test_a_refusal_keeps_what_was_typed_and_says_what_is_wrong(
    browser: Browser, project: Project, owner: User, caller_for: Callable[..., Caller]
) -> None:
    client = browser(owner)
    refused = send(client, project, name="  ", description="Typed with care")
    assert refused.status_code == 400
    assert form(refused)["description"] == "Typed with care"
    assert form(refused)["shown_description"] == project.description
    assert [words(error) for error in elements(refused, id="settings-name-error")] == ["Must not be empty."]

    assert send(client, project, access="everybody").status_code == 400

    archive_project(caller=caller_for(owner), project_id=project.id)
    refused = send(client, project, description="Typed with care")
    assert (refused.status_code, form(refused)["description"]) == (409, "Typed with care")
    assert any("not saved" in words(bar) for bar in elements(refused, role="alert"))


def test_others_read_the_settings_in_words(
    browser: Browser, project: Project, editor: User, viewer: User, owner: User
) -> None:
    for reader in (editor, viewer):
        page = browser(reader).get(address(project))
        assert form(page) == {}
        assert "Only members can see it." in page.content.decode()
        assert "Archive…" not in page.content.decode()
        assert "Settings" not in tabs(browser(reader).get(address(project, "")))
    assert tabs(browser(owner).get(address(project, "")))[-1] == "Settings"


def test_a_project_is_archived_from_a_dialog_and_reopened_with_a_reason(
    browser: Browser, project: Project, owner: User
) -> None:
    client = browser(owner)
    assert elements(client.get(address(project)), "a", href=address(project, ARCHIVE))
    assert elements(client.get(address(project, ARCHIVE)), "dialog", open="")
    assert client.post(address(project, ARCHIVE)).status_code == 302
    project.refresh_from_db()
    assert project.status == "archived"

    page = client.get(address(project))
    assert elements(page, "fieldset", disabled="")
    assert not elements(page, "a", href=address(project, ARCHIVE))
    assert elements(page, "a", href=address(project, "reopen/"))
    bars = elements(client.get(address(project, "")), "template", id="bar-archived")
    assert [words(bar).endswith("Reopen…") for bar in bars] == [True]
    client.post(address(project, "reopen/"), {"reason": "Needed again"})
    project.refresh_from_db()
    assert project.status == "open"
    assert (
        Event.objects.get(chain=project_chain(project.id), action="project.reopened").record["reason"] == "Needed again"
    )


def test_c09_a_project_in_review_is_not_archived(browser: Browser, project: Project, owner: User) -> None:
    Project.objects.filter(id=project.id).update(status="in_review")
    client = browser(owner)
    assert not elements(client.get(address(project)), "a", href=address(project, ARCHIVE))
    assert client.get(address(project, ARCHIVE)).status_code == 409
    assert client.post(address(project, ARCHIVE)).status_code == 409
    project.refresh_from_db()
    assert project.status == "in_review"
    assert not Event.objects.filter(chain=project_chain(project.id), action="project.archived").exists()


def test_the_palette_leads_to_the_settings(browser: Browser, project: Project, viewer: User) -> None:
    found = browser(viewer).get(address(project, "palette/"), {"q": "rename"})
    assert address(project) in found.content.decode()
