"""A history of many versions: its map, its rows, older ones, picks in the address, and the same in Activity."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from drafts.services import change_files
from projects.models import Project
from tests.workspace.conftest import Browser
from tests.workspace.html import Page, elements, words
from tests.writers import Writer
from workspace.history import views

pytestmark = pytest.mark.django_db


def save(writer: Writer, base: int, **changes: Any) -> None:
    locks = [writer.take(name) for name in changes]
    writer.save(changes, *locks, base=base, release_locks=True)


def page_of(project: Project, name: str) -> str:
    return reverse(f"workspace:{name}", args=[project.id])


def versions(page: Page) -> list[str]:
    return [words(link) for link in elements(page, "a", class_="version-number")]


@pytest.fixture
def five(two_versions: Project, writer: Writer) -> Project:
    for base in (2, 3, 4):
        save(writer, base, prompt_text=f"Text {base}")
    return two_versions


def test_the_map_has_a_lane_for_eight_fields_and_one_for_all_others(
    browser: Browser, two_versions: Project, viewer: User, writer: Writer
) -> None:
    files = {f"files/note-{number:02}.md": {"language": "markdown", "content": "x\n"} for number in range(12)}
    save(writer, 2, **files)

    page = browser(viewer).get(page_of(two_versions, "history"))

    labels = [words(label) for label in elements(page, "text", class_="map-label")]
    changed = 12 + len({"prompt_text", "model_configuration", "files/topology.yaml"})
    assert len(labels) == 9
    assert labels[-1].endswith(f"+{changed - 8} fields")
    assert "+4 fields" in words(elements(page, "p", class_="version-fields")[0])


def test_the_map_shows_files_of_the_same_name_with_their_folders(
    browser: Browser, two_versions: Project, viewer: User, writer: Writer
) -> None:
    cases = [f"files/examples/{language}/serious/case.md" for language in ("da", "de")]
    save(writer, 2, **{name: {"language": "markdown", "content": "x\n"} for name in cases})

    page = browser(viewer).get(page_of(two_versions, "history"))

    shown = [words(label) for label in elements(page, "text", class_="map-label")]
    assert [label.partition(".md")[2] for label in shown[2:4]] == ["…/da/…/case.md", "…/de/…/case.md"]


def test_older_versions_are_added_to_those_that_are_shown_and_picks_stay(
    browser: Browser, five: Project, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_VERSIONS", 2)
    client = browser(viewer)

    page = client.get(page_of(five, "history"), {"pick": ["5", "1"], "kind": "save"})

    assert versions(page) == ["v5", "v4"]
    hidden = elements(page, "input", type="hidden", name="pick", data_picks_target="elsewhere")
    assert [pick.attributes["value"] for pick in hidden] == ["1"]
    (older,) = [link for link in elements(page, "a") if words(link) == "Older versions"]
    more = client.get(page_of(five, "history") + older.attributes["href"])
    assert versions(more) == ["v5", "v4", "v3", "v2"]
    assert [box.attributes["value"] for box in elements(more, "input", class_="checkbox", checked="")] == ["5"]


def test_a_full_page_leads_to_the_next_one(
    browser: Browser, five: Project, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_VERSIONS", 2)
    monkeypatch.setattr(views, "MAX_PAGE_VERSIONS", 2)
    client = browser(viewer)

    (older,) = [link for link in elements(client.get(page_of(five, "history")), "a") if words(link) == "Older versions"]

    assert versions(client.get(page_of(five, "history") + older.attributes["href"])) == ["v3", "v2"]


def test_two_versions_are_so_many_fields_and_so_long_apart(browser: Browser, five: Project, viewer: User) -> None:
    client = browser(viewer)

    said = client.get(page_of(five, "versions_apart"), {"pick": ["5", "2"]}).content.decode()

    assert "1 of 3 fields differs, " in " ".join(said.split())
    assert client.get(page_of(five, "versions_apart"), {"pick": "5"}).status_code == 400


def test_a_renamed_file_is_one_field_that_differs(
    browser: Browser, two_versions: Project, viewer: User, writer: Writer
) -> None:
    change_files(
        caller=writer.caller,
        project_id=two_versions.id,
        session_id=writer.session,
        base_version=2,
        renames={"files/plan.yaml": "files/topology.yaml"},
    )

    picks = {"pick": ["2", "3"]}
    said = browser(viewer).get(page_of(two_versions, "versions_apart"), picks).content.decode()

    assert " ".join(said.split()).startswith("1 of 3 fields differs, ")


def test_saves_in_a_row_by_one_person_are_one_line_of_the_activity_that_opens(
    browser: Browser, five: Project, viewer: User
) -> None:
    page = browser(viewer).get(page_of(five, "activity"))

    (group,) = elements(page, "details", class_="activity-group")
    lines = [words(line) for line in elements(page, "h3")]
    assert "saved 5 versions, v1 to v5" in words(group)
    assert sum("saved 5 versions" in line for line in lines) == 1
    assert sum("saved v" in line for line in lines) == 5
