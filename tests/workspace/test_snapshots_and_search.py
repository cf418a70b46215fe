"""Versions, moments, going back, searching."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.callers import Caller
from accounts.models import User
from drafts.comments.services import answer_comment, create_comment, resolve_comment
from drafts.models import Draft
from projects.models import Project
from tests.workspace.conftest import Browser
from tests.workspace.html import Page, elements, words
from tests.writers import Writer
from workspace.highlighting import marked

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def address(name: str, project: Project, *more: object) -> str:
    return reverse(f"workspace:{name}", args=[project.id, *more])


def facts(response: Page) -> str:
    return " ".join(words(each) for each in elements(response, "section", class_="past-facts"))


def test_a_version_shows_its_facts_its_text_and_its_leases(
    browser: Browser, two_versions: Project, viewer: User, editor: User
) -> None:
    response = browser(viewer).get(address("version", two_versions, 1))
    assert [words(each) for each in elements(response, "tr", id="L1")] == ["1 # Role"]
    told = facts(response)
    assert "First" in told
    assert editor.display_name in told
    assert "The first version" in told
    assert len(elements(response, "div", class_="past-lease")) == 2
    assert not elements(response, "button", hx_target="#page-dialogs")
    assert words(elements(response, "a", rel="next")[0]) == "v2"


def test_a_version_shows_its_changes_and_who_held_which_field(
    browser: Browser, two_versions: Project, editor: User
) -> None:
    response = browser(editor).get(address("version", two_versions, 2), {"show": "changes", "field": "prompt_text"})
    assert "Changes since v1" in facts(response)
    changed = [each.attributes["data-field"] for each in elements(response, "section", class_="compare-sheet")]
    assert changed == ["prompt_text", "model_configuration", "files/topology.yaml"]
    # The save released its locks: in its moment they were still held.
    held = [words(each) for each in elements(response, "span", class_="stateline", data_state="theirs")]
    assert all(each.startswith(editor.display_name) for each in held)
    assert len(held) == 3


def test_a_version_that_is_not_there(browser: Browser, two_versions: Project, viewer: User) -> None:
    assert browser(viewer).get(address("version", two_versions, 3)).status_code == 404
    assert browser(viewer).get(address("version", two_versions, 10**12)).status_code == 404


def test_the_fields_of_a_version_are_a_tree_and_a_missing_file_is_said(
    browser: Browser, two_versions: Project, viewer: User
) -> None:
    client = browser(viewer)
    response = client.get(address("version", two_versions, 2), {"field": "files/topology.yaml"})
    rows = list(elements(response, "a", data_fields_target="row"))
    assert [row.attributes["data-field"] for row in rows] == [
        "prompt_text",
        "model_configuration",
        "files/topology.yaml",
    ]
    assert {row.attributes["role"] for row in rows} == {"treeitem"}
    before = client.get(address("version", two_versions, 1), {"field": "files/topology.yaml"})
    assert words(elements(before, "h1")[0]) == "topology.yaml"
    assert "This file did not exist then." in before.content.decode()
    assert client.get(address("version", two_versions, 1), {"field": "files/../secret"}).status_code == 400


def test_a_moment_is_meant_in_the_readers_zone(browser: Browser, two_versions: Project, viewer: User) -> None:
    client = browser(viewer)
    client.cookies["zone"] = "Asia/Tokyo"
    first = Draft.objects.get(project=two_versions, version_number=1)
    local = (first.created_at + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    response = client.get(address("moment", two_versions), {"at": local})
    assert "Viewing" in words(elements(response, "div", class_="past-bar")[0])
    assert elements(response, "input", name="at")[0].attributes["value"] == local
    before = client.get(address("moment", two_versions), {"at": "2020-01-01T00:00:00Z"})
    assert "Nothing was saved yet." in before.content.decode()
    for wrong in ("", "yesterday", "2026-13-01T00:00", "9999-12-31T23:59-23:00", "1" * 500):
        assert client.get(address("moment", two_versions), {"at": wrong}).status_code == 400


def test_comments_stand_as_they_were_open_then(
    browser: Browser, two_versions: Project, writer: Writer, reviewer: User, caller_for: Callable[..., Caller]
) -> None:
    anchor = {"from_line": 5, "to_line": 5}
    place = {"version": 2, "target_field": "prompt_text", "text": "Which?", "anchor": anchor}
    thread = create_comment(caller=caller_for(reviewer), project_id=two_versions.id, **place)  # type: ignore[arg-type]
    answer_comment(caller=caller_for(reviewer), comment_id=thread.id, text="The newer one.")
    lock = writer.take()
    writer.save({"prompt_text": "# Role\n\nAnswer only from the documents.\n"}, lock, base=2)
    resolve_comment(caller=caller_for(reviewer), comment_id=thread.id)
    response = browser(reviewer).get(address("version", two_versions, 3))
    assert [words(each) for each in elements(response, "a", class_="line-chip")] == ["L3"]
    # The margin counts all that was said there, as in the editor.
    assert words(elements(response, "span", class_="past-count")[0]) == "2"
    now = browser(reviewer).get(address("moment", two_versions), {"at": "2999-01-01T00:00Z"})
    assert not elements(now, "article", class_="thread")


def test_revert_asks_for_a_reason_and_says_what_changes(browser: Browser, two_versions: Project, editor: User) -> None:
    client, url = browser(editor), address("revert", two_versions, 1)
    dialog = client.get(url, headers=HTMX)
    rows = [words(each) for each in elements(dialog, "li")]
    assert rows == ["Promptchanges", "Model configurationchanges", "topology.yamlchanges"]
    refused = client.post(url, {"reason": " "}, headers=HTMX)
    assert (refused.status_code, len(elements(refused, "p", class_="field-error"))) == (400, 1)
    answer = client.post(url, {"reason": "Lost its citations"}, headers=HTMX)
    assert answer["HX-Redirect"] == address("history", two_versions)
    draft = Draft.objects.get(project=two_versions, version_number=3)
    assert (draft.kind, draft.source_version, draft.message) == ("revert", 1, "Lost its citations")
    again = client.post(address("revert", two_versions, 3), {"reason": "Again"}, headers=HTMX)
    assert "is already the same as v3" in again.content.decode()
    same = client.get(address("revert", two_versions, 3))
    assert not elements(same, "input", name="reason")


def test_undo_says_what_it_does_and_who_blocks_it(
    browser: Browser, two_versions: Project, editor: User, owner: User, caller_for: Callable[..., Caller]
) -> None:
    theirs = Writer(caller_for(owner), two_versions)
    lock = theirs.take()
    theirs.save({"prompt_text": "Mine now\n"}, lock, base=2, release_locks=True)
    client, url = browser(editor), address("undo", two_versions)
    dialog = client.get(url, headers=HTMX)
    assert words(elements(dialog, "h2")[0]) == "Undo v2?"
    rows = [words(each) for each in elements(dialog, "li")]
    assert rows == [
        "Model configuration",
        "topology.yaml",
        f"Prompt unchanged: {owner.display_name} edited it in v3",
    ]
    answer = client.post(url, {"stay": "1"}, headers=HTMX)
    assert answer.status_code == 204
    assert f"Prompt is unchanged: {owner.display_name} edited it in v3." in answer["HX-Trigger"]
    redo = client.get(address("redo", two_versions), headers=HTMX)
    assert words(elements(redo, "h2")[0]) == "Redo v2?"
    assert client.post(address("redo", two_versions)).status_code == 302
    assert Draft.objects.of_project(two_versions.id).first().kind == "redo"  # type: ignore[union-attr]
    assert "Nothing to redo" in client.get(address("redo", two_versions)).content.decode()
    nothing = client.post(address("redo", two_versions), headers=HTMX)
    assert (nothing.status_code, "There is nothing to redo." in nothing.content.decode()) == (400, True)


def test_the_history_counts_threads_and_offers_going_back(
    browser: Browser, two_versions: Project, reviewer: User, editor: User, caller_for: Callable[..., Caller]
) -> None:
    place = {"version": 1, "target_field": "prompt_text", "text": "Why?"}
    create_comment(caller=caller_for(reviewer), project_id=two_versions.id, **place)  # type: ignore[arg-type]
    for name in ("history", "history_panel"):
        response = browser(editor).get(address(name, two_versions))
        assert [each.attributes["aria-label"] for each in elements(response, "span", role="img")] == ["1 comment"]
        assert [words(each) for each in elements(response, "button", hx_swap="innerHTML")][:2] == ["Undo…", "Redo…"]
    assert not elements(browser(reviewer).get(address("history", two_versions)), "button", hx_swap="innerHTML")


def test_a_search_finds_lines_of_old_versions_and_comments(
    browser: Browser, two_versions: Project, writer: Writer, reviewer: User, caller_for: Callable[..., Caller]
) -> None:
    place = {"version": 1, "target_field": "prompt_text", "text": "Does the protocol say so?"}
    create_comment(caller=caller_for(reviewer), project_id=two_versions.id, **place)  # type: ignore[arg-type]
    client, url = browser(reviewer), address("search", two_versions)
    response = client.get(url, {"q": "PROTO"})
    line, comment = elements(response, "a", class_="hit")
    assert line.attributes["href"] == address("version", two_versions, 1) + "?field=prompt_text#L2"
    assert [each.text for each in elements(response, "mark")] == ["proto", "proto"]
    assert "comment=" in comment.attributes["href"]
    (current,) = elements(client.get(url, {"q": "trial"}), "a", class_="hit")
    assert current.attributes["href"].endswith("?field=prompt_text&line=2")
    assert "Nothing found" in client.get(url, {"q": "unheard-of"}).content.decode()
    assert "Name at least one word." in client.get(url, {"q": "!"}).content.decode()
    assert client.get(url).status_code == 200


def test_words_are_marked_at_their_beginning() -> None:
    assert list(marked("Trial trials, 3trial", "trial")) == [
        ("Trial", True),
        (" ", False),
        ("trial", True),
        ("s, 3trial", False),
    ]
    assert list(marked("a <b>", "!")) == [("a <b>", False)]
