"""What the sample stage adds to the pages, addresses and permissions is there while it is installed, and only then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from tests.rest.client import Api, problem
from tests.sample_stage.services import add_note
from tests.workspace.conftest import browser  # noqa: F401 (a fixture)
from tests.workspace.html import elements, words
from tests.workspace.test_palette import offered

Browser = Callable[[User], Client]

# What the stage registers, in a process of its own: `name of the registry: its entries`.
REGISTERED = """
import json, django
django.setup()
from drf_spectacular.generators import SchemaGenerator
from kernel.addresses import API_URLS, PAGE_URLS
from kernel.site_permissions import SITE_PERMISSIONS
from projects.permissions import PERMISSIONS
from workspace import installation, marks, menu, panels, person_facts, script_texts, sections, shortcuts, starts, tabs
from workspace.palette import registry
registries = [API_URLS, PAGE_URLS, SITE_PERMISSIONS, PERMISSIONS, menu.MENU, panels.PANELS, tabs.TABS,
    sections.PROJECT_SECTIONS, sections.ACCOUNT_SECTIONS, sections.PERSON_SECTIONS, person_facts.PERSON_SUMMARIES,
    person_facts.CLOSING_NOTES, installation.INSTALLATION_NAMES, marks.MARKS, starts.STARTS,
    shortcuts.SHORTCUTS, shortcuts.GROUPS, registry.SOURCES,
    registry.GROUPS, script_texts.SCRIPT_TEXTS]
paths = list(SchemaGenerator().get_schema(request=None, public=True)["paths"])
print(json.dumps({**{each.noun: list(each) for each in registries}, "paths": paths}))
"""


def registered(stages: str) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", REGISTERED],
        cwd=settings.BASE_DIR,
        env={**os.environ, "FOUNDRY_STAGES": stages, "DJANGO_SETTINGS_MODULE": "foundry_site.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_a_stage_that_is_left_out_leaves_nothing_behind() -> None:
    without, installed = registered(""), registered("tests.sample_stage")
    added = {noun: sorted(set(installed[noun]) - set(without[noun])) for noun in installed}
    assert added == {
        "REST addresses": ["sample_stage"],
        "page addresses": ["sample_stage"],
        "site permission": ["note.count"],
        "project permission": ["note.add"],
        "menu entry": ["notes"],
        "panel of the workspace": ["notes"],
        "project tab": ["notes"],
        "section of a project's settings": ["notes"],
        "section of the account page": ["notes"],
        "section of a person's page": ["notes"],
        "summary of an account": ["notes"],
        "note on closing an account": ["notes"],
        "name of the installation": ["zz_notes"],
        "mark of a project": ["notes"],
        "way to start a project": ["notes"],
        "texts of scripts": ["sample_stage"],
        "shortcut": ["note"],
        "group of shortcuts": ["notes"],
        "source of the palette": ["note-texts", "notes"],
        "group of the palette": ["notes"],
        "paths": ["/api/v1/projects/{project_id}/notes/"],
    }
    assert all(set(without[noun]) <= set(installed[noun]) for noun in installed)


@pytest.fixture
def noted(project: Project, editor: User, caller_for: Callable[..., Caller]) -> Project:
    """A project with a note."""
    add_note(caller=caller_for(editor), project_id=project.id, text="Ask the clinic")
    return project


@pytest.mark.django_db
def test_its_tab_leads_to_its_page(browser: Browser, viewer: User, noted: Project) -> None:  # noqa: F811
    client = browser(viewer)
    tabs = elements(client.get(f"/projects/{noted.id}/history/"), "a", href=f"/projects/{noted.id}/notes/")
    assert [words(tab) for tab in tabs] == ["Notes 1"]
    page = client.get(f"/projects/{noted.id}/notes/")
    (tab,) = elements(page, "a", href=f"/projects/{noted.id}/notes/")
    assert tab.attributes["aria-current"] == "page"
    assert [words(each) for each in elements(page, "ul", id="notes")] == ["Ask the clinic"]


@pytest.mark.django_db
def test_its_mark_is_beside_the_state_of_the_project(
    browser: Browser,  # noqa: F811
    viewer: User,
    project: Project,
) -> None:
    def marks() -> list[str]:
        page = browser(viewer).get(f"/projects/{project.id}/history/")
        return [words(each) for each in elements(page, "span", id="project-marks")]

    assert marks() == [""]
    Project.objects.filter(pk=project.pk).update(description="Who calls the clinic?")
    assert marks() == ["Asks something"]


@pytest.mark.django_db
def test_its_name_of_the_installation_is_beside_the_person_s(browser: Browser, viewer: User) -> None:  # noqa: F811
    (shown,) = elements(browser(viewer).get("/projects/"), "span", class_="account-place cut")
    assert words(shown) == "Notes"


@pytest.mark.django_db
def test_its_way_to_start_a_project_is_for_those_who_may(
    browser: Browser,  # noqa: F811
    viewer: User,
    make_user: Callable[..., User],
) -> None:
    auditor = make_user("auditor", is_auditor=True)
    found = [elements(browser(each).get("/projects/"), "a", href="/notes/") for each in (viewer, auditor)]
    assert not any("btn" in each.attributes.get("class", "") for each in found[0])
    assert any("btn" in each.attributes.get("class", "") for each in found[1])


@pytest.mark.django_db
def test_its_panel_is_in_the_workspace(browser: Browser, viewer: User, noted: Project) -> None:  # noqa: F811
    response = browser(viewer).get(f"/projects/{noted.id}/", {"panel": "notes"})
    (panel,) = elements(response, "div", id="panel-notes")
    assert words(panel) == "Ask the clinic"
    assert "hidden" not in panel.attributes
    (tab,) = elements(response, "button", id="tab-notes")
    assert words(tab) == "Notes1"


@pytest.mark.django_db
def test_its_sections_are_in_the_settings_and_at_the_account(
    browser: Browser,  # noqa: F811
    owner: User,
    editor: User,
    noted: Project,
) -> None:
    (of_project,) = elements(browser(owner).get(f"/projects/{noted.id}/settings/"), "section", id="note-count")
    (of_editor,) = elements(browser(editor).get("/account/"), "section", id="note-count")
    (of_owner,) = elements(browser(owner).get("/account/"), "section", id="note-count")
    assert [words(each)[-1] for each in (of_project, of_editor, of_owner)] == ["1", "1", "0"]


@pytest.mark.django_db
def test_its_section_summary_and_note_are_on_the_pages_of_people(
    browser: Browser,  # noqa: F811
    make_user: Callable[..., User],
    editor: User,
    noted: Project,
) -> None:
    client = browser(make_user("sven", is_administrator=True))
    (of_editor,) = elements(client.get(f"/people/{editor.id}/"), "section", id="note-count")
    assert words(of_editor)[-1] == "1"
    assert "1 notes" in client.get(f"/people/?q={editor.username}").content.decode()
    assert "Their notes stay." in client.get(f"/people/{editor.id}/close/").content.decode()


@pytest.mark.django_db
def test_its_permission_says_who_may_write(
    browser: Browser,  # noqa: F811
    editor: User,
    viewer: User,
    noted: Project,
) -> None:
    assert "Write a note…" in offered(browser(editor), noted, "write a note")["Actions"]
    assert "Write a note…" not in offered(browser(viewer), noted, "write a note").get("Actions", [])
    path = f"/api/v1/projects/{noted.id}/notes/"
    assert Api(editor).post(path, {"text": "Two"}).status_code == 201
    assert problem(Api(viewer).post(path, {"text": "Two"})) == (403, "permission_denied")


@pytest.mark.django_db
def test_its_group_of_the_palette_has_what_was_found(
    browser: Browser,  # noqa: F811
    viewer: User,
    noted: Project,
) -> None:
    assert offered(browser(viewer), noted, "clinic")["Notes"] == ["Ask the clinic"]


@pytest.mark.django_db
def test_its_entry_in_the_main_menu_is_for_auditors(
    browser: Browser,  # noqa: F811
    owner: User,
    make_user: Callable[..., User],
) -> None:
    auditor = make_user("auditor", is_auditor=True)
    address = reverse("sample_stage:count")
    assert elements(browser(auditor).get("/projects/"), "a", href=address)
    assert not elements(browser(owner).get("/projects/"), "a", href=address)
    assert browser(auditor).get(address).status_code == 200
    assert browser(owner).get(address).status_code == 403


@pytest.mark.django_db
def test_its_shortcut_is_told_to_the_script(browser: Browser, owner: User) -> None:  # noqa: F811
    (given,) = elements(browser(owner).get("/projects/"), "script", id="shortcuts-data")
    assert '"note"' in given.text
