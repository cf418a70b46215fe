from __future__ import annotations

import json

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from projects.models import Project
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def history(project: Project) -> str:
    return reverse("workspace:history", args=[project.id])


def compare(project: Project) -> str:
    return reverse("workspace:compare", args=[project.id])


def test_it_lists_versions_newest_first_with_what_they_changed(
    browser: Browser, two_versions: Project, viewer: User
) -> None:
    rows = [words(row) for row in elements(browser(viewer).get(history(two_versions)), "article")]
    assert rows[0].startswith("v2 Cooler answers Prompt")
    assert "+3−2" in rows[0].replace(" ", "")
    assert rows[1].startswith("v1 First")


def test_it_filters_by_author_field_and_kind(
    browser: Browser, two_versions: Project, viewer: User, owner: User
) -> None:
    client = browser(viewer)

    def shown(**query: str) -> list[str]:
        return [words(row).split()[0] for row in elements(client.get(history(two_versions), query), "article")]

    assert shown(field="files/topology.yaml") == ["v2"]
    assert shown(author=owner.username) == []
    assert shown(kind="save") == ["v2", "v1"]
    assert shown(kind="undo") == []
    assert shown(before="2") == ["v1"]


def test_two_picks_become_one_comparison(browser: Browser, two_versions: Project, viewer: User) -> None:
    client = browser(viewer)
    response = client.get(compare(two_versions), {"pick": ["2", "1"]})
    assert response["Location"] == f"{compare(two_versions)}?base=1&target=2"
    assert client.get(compare(two_versions), {"pick": "2"}).status_code == 400


def test_it_compares_text_by_lines_and_configuration_by_path(
    browser: Browser, two_versions: Project, viewer: User
) -> None:
    response = browser(viewer).get(compare(two_versions), {"base": "1", "target": "2"})
    assert [each.text for each in elements(response, "del")] == ["protocol", "0.3"]
    assert [each.text for each in elements(response, "ins")] == ["trial", "0.1"]
    assert [words(each) for each in elements(response, "th", scope="row")] == ["temperature"]
    assert "3 of 3 fields differ" in response.content.decode()


def test_it_compares_unified_and_one_field_alone(browser: Browser, two_versions: Project, viewer: User) -> None:
    client = browser(viewer)
    query = {"base": "1", "target": "2", "view": "unified", "field": "prompt_text"}
    response = client.get(compare(two_versions), query)
    assert [section.attributes["data-field"] for section in elements(response, "section")] == ["prompt_text"]
    signs = [words(each) for each in elements(response, "td") if "lines-sign" in each.attributes.get("class", "")]
    assert [sign for sign in signs if sign] == ["-", "+"]


def test_it_compares_with_the_version_before_by_default(browser: Browser, two_versions: Project, viewer: User) -> None:
    response = browser(viewer).get(compare(two_versions))
    chosen = [each.attributes["value"] for each in elements(response, "option", selected="")]
    assert chosen == ["1", "2"]


def test_equal_versions_say_so(browser: Browser, two_versions: Project, viewer: User) -> None:
    response = browser(viewer).get(compare(two_versions), {"base": "2", "target": "2"})
    assert "Every field is the same, byte for byte" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "status"), [({"base": "9", "target": "1"}, 404), ({"base": "x"}, 400), ({"field": "y"}, 400)]
)
def test_it_refuses_what_does_not_exist(
    browser: Browser, two_versions: Project, viewer: User, query: dict[str, str], status: int
) -> None:
    assert browser(viewer).get(compare(two_versions), query).status_code == status


def test_folded_lines_are_fetched_when_asked_for(browser: Browser, writer: Writer, viewer: User) -> None:
    lock = writer.take()
    lines = [f"line {number}" for number in range(1, 41)]
    writer.save({"prompt_text": "\n".join(lines)}, lock)
    writer.save({"prompt_text": "\n".join([*lines[:-1], "line forty"])}, lock, base=1)
    client = browser(viewer)
    (fold,) = elements(client.get(compare(writer.project)), "button", hx_swap="outerHTML")
    assert words(fold) == "36 unchanged lines 1–36"
    values = urlencode(json.loads(fold.attributes["hx-vals"]))
    response = client.get(f"{fold.attributes['hx-get']}&{values}")
    assert [words(row) for row in elements(response, "tr")][::35] == ["1 line 1 1 line 1", "36 line 36 36 line 36"]


def test_markup_in_a_text_stays_text(browser: Browser, writer: Writer, viewer: User) -> None:
    lock = writer.take()
    writer.save({"prompt_text": "<script>alert(1)</script>\n"}, lock, message="<b>bold</b>")
    writer.save({"prompt_text": "<script>alert(2)</script>\n"}, lock, base=1)
    for url in (
        compare(writer.project),
        history(writer.project),
        reverse("workspace:workspace", args=[writer.project.id]),
    ):
        response = browser(viewer).get(url)
        assert not [each for each in elements(response, "script") if "alert" in each.text]
        assert "bold" not in [each.text for each in elements(response, "b")]


def test_a_project_without_versions_has_nothing_to_compare(browser: Browser, project: Project, viewer: User) -> None:
    client = browser(viewer)
    assert "No versions yet" in client.get(history(project)).content.decode()
    assert client.get(compare(project)).status_code == 404
