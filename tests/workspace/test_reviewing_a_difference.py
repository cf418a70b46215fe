"""Reading a difference as a reviewer: fields marked as read, comments on lines, one field taken back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from drafts.comments.models import Comment
from drafts.models import Draft
from projects.models import Project
from projects.services import reopen_project
from tests.publishing.reviews import Review, caller_of
from tests.workspace.conftest import Browser
from tests.workspace.html import Page, elements, words
from tests.writers import Writer

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def address(project: Project, name: str = "compare", *more: object) -> str:
    return reverse(f"workspace:{name}", args=[project.id, *more])


def progress(page: Page) -> str:
    return words(elements(page, "span", id="read-progress")[0])


def mark(field: str, read: str = "yes", **more: str) -> dict[str, str]:
    return {
        "base": "1",
        "target": "2",
        "field": field,
        "read": read,
        "number": "1",
        "total": "3",
        "shows": "progress row",
        **more,
    }


def test_a_reader_marks_fields_as_read_and_sees_how_many_are_left(
    browser: Browser, two_versions: Project, viewer: User, reviewer: User
) -> None:
    client, pair = browser(viewer), {"base": "1", "target": "2"}
    assert progress(client.get(address(two_versions), pair)) == "0 of 3 read"

    answer = client.post(address(two_versions, "compare_read"), mark("prompt_text"), headers=HTMX)

    assert progress(answer) == "1 of 3 read"
    assert elements(answer, "button", aria_pressed="true")
    assert progress(client.get(address(two_versions), pair)) == "1 of 3 read"
    assert progress(browser(reviewer).get(address(two_versions), pair)) == "0 of 3 read"
    client.post(address(two_versions, "compare_read"), mark("prompt_text", read=""))
    assert progress(client.get(address(two_versions), pair)) == "0 of 3 read"


def test_a_comment_on_a_line_of_the_new_side_is_on_that_version_field_and_line(
    browser: Browser, two_versions: Project, reviewer: User
) -> None:
    client, url = browser(reviewer), address(two_versions, "compare_comments")
    place = {"target": "2", "field": "prompt_text", "line": "2"}
    assert elements(client.get(url, place), "textarea")

    answer = client.post(url, {**place, "text": "Why?"}, headers=HTMX)

    comment = Comment.objects.get(project=two_versions)
    assert (comment.on_draft.version_number, comment.field, comment.from_line, comment.to_line) == (
        2,
        "prompt_text",
        2,
        2,
    )
    assert "Why?" in answer.content.decode()
    assert not elements(client.get(url, {**place, "line": "1"}), "article", class_="thread")
    panel = client.get(address(two_versions, "comments"), {"field": "prompt_text"})
    assert "Why?" in panel.content.decode()
    (sheet,) = elements(client.get(address(two_versions)), "section", id="field-1")
    assert sheet.attributes["data-line-comments-counts-value"] == '{"2": 1}'


def test_who_may_not_comment_reads_what_was_said(
    browser: Browser, two_versions: Project, reviewer: User, viewer: User
) -> None:
    place = {"target": "2", "field": "prompt_text"}
    browser(reviewer).post(address(two_versions, "compare_comments"), {**place, "text": "On all of it"})

    page = browser(viewer).get(address(two_versions, "compare_comments"), place)

    assert "On all of it" in page.content.decode()
    assert not elements(page, "textarea")


def test_a_comment_that_is_refused_stays_in_the_form(browser: Browser, two_versions: Project, reviewer: User) -> None:
    place = {"target": "2", "field": "prompt_text", "line": "99", "text": "Why?"}

    page = browser(reviewer).post(address(two_versions, "compare_comments"), place, headers=HTMX)

    assert page.status_code == 400
    assert elements(page, "textarea")[0].text.strip() == "Why?"
    assert elements(page, "p", role="alert")


def test_one_field_is_taken_back_to_an_older_version(
    browser: Browser, two_versions: Project, editor: User, writer: Writer
) -> None:
    url = address(two_versions, "revert", 1)
    dialog = browser(editor).get(url, {"field": "prompt_text"})
    assert "Revert Prompt to v1?" in words(elements(dialog, "h2")[0])
    assert len(elements(dialog, "li")) == 1

    browser(editor).post(url, {"field": "prompt_text", "reason": "Better before"})

    first, second, third = Draft.objects.filter(project=two_versions).order_by("version_number")
    assert third.changed_fields == ["prompt_text"]
    assert third.fields == {**second.fields, "prompt_text": first.fields["prompt_text"]}
    page = browser(editor).get(address(two_versions, "activity"))
    assert "Editor reverted Prompt to v1 (now v3)" in [words(line) for line in elements(page, "h3")]


def test_a_field_is_read_and_commented_on_as_part_of_another_page(
    browser: Browser, two_versions: Project, reviewer: User
) -> None:
    query = {"base": "1", "target": "2", "field": "prompt_text", "part": "3", "view": "unified"}

    part = browser(reviewer).get(address(two_versions), query)

    (sheet,) = elements(part, "section", id="field-3")
    assert sheet.attributes["data-line-comments-url-value"].endswith("?target=2")
    assert not elements(part, "main")
    assert not elements(part, "form", class_="read-mark")


def test_the_page_of_a_release_keeps_count_of_what_was_read(browser: Browser, review: Review) -> None:
    review.release()
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id, reason="More")
    review.save("# Role\nBe brief.\n", **{"files/a.md": {"language": "markdown", "content": "x"}})
    release = review.submit("1.1.0")
    client = browser(review.people["reviewer"])
    page_of = reverse("workspace:release", args=[review.project.id, release.id])
    assert progress(client.get(page_of)) == "0 of 2 read"

    client.post(address(review.project, "compare_read"), mark("prompt_text"))

    page = client.get(page_of)
    assert progress(page) == "1 of 2 read"
    assert len(elements(page, "details", class_="change-difference")) == 2
