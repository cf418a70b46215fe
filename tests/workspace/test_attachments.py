"""The files beside the record, on the pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from accounts.callers import Caller
from accounts.models import User
from drafts.attachments.models import Attachment
from drafts.comments.services import create_comment
from drafts.models import Draft
from projects.models import Project
from publishing.services import submit_release
from tests.blobs.matrix import PNG
from tests.drafts.attachments.files import attach
from tests.workspace.conftest import Browser
from tests.workspace.html import elements
from workspace.attachments.sizes import size_words

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def report(two_versions: Project, reviewer: User, caller_for: Callable[..., Caller]) -> Attachment:
    return attach(caller_for(reviewer), two_versions, b"%PDF-1.7 a report", name="report.pdf")


def panel(project: Project) -> str:
    return f"/projects/{project.id}/attachments/panel/"


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def removal(attachment: Attachment) -> str:
    return f"/projects/{attachment.project_id}/attachments/{attachment.id}/remove/"


def test_the_panel_lists_size_and_who_and_offers_more_to_reviewers_only(
    browser: Browser, report: Attachment, reviewer: User, viewer: User
) -> None:
    answer = browser(reviewer).get(panel(report.project))
    assert "1 KiB · " + reviewer.display_name in text_of(answer.content.decode())
    assert [each for each in elements(answer) if each.attributes.get("type") == "file"]
    answer = browser(viewer).get(panel(report.project))
    assert "report.pdf" in text_of(answer.content.decode())
    assert not [each for each in elements(answer) if each.attributes.get("type") == "file"]
    assert not [each for each in elements(answer) if each.attributes.get("id", "").startswith("remove-")]


def test_a_page_of_a_version_has_its_own_files(
    browser: Browser, report: Attachment, viewer: User, reviewer: User, caller_for: Callable[..., Caller]
) -> None:
    first = Draft.objects.of_project(report.project_id).get(version_number=1)
    attach(caller_for(reviewer), report.project, PNG, name="first.png", subject_type="draft", subject_id=first.id)
    pages = [browser(viewer).get(f"/projects/{report.project_id}/versions/{one}/").content.decode() for one in (1, 2)]
    assert ["first.png" in page for page in pages] == [True, False]
    assert not any("report.pdf" in page for page in pages)


def test_files_stand_under_their_comment(
    browser: Browser, two_versions: Project, viewer: User, reviewer: User, caller_for: Callable[..., Caller]
) -> None:
    caller = caller_for(reviewer)
    remark = create_comment(
        caller=caller, project_id=two_versions.id, version=2, target_field="prompt_text", text="As drawn."
    )
    attach(caller, two_versions, PNG, name="drawn.png", subject_type="comment", subject_id=remark.id)
    html = browser(viewer).get(f"/projects/{two_versions.id}/comments/").content.decode()
    assert "drawn.png" in text_of(html)


def test_a_file_of_nobody_who_may_see_it_is_not_listed(
    browser: Browser, report: Attachment, outsider: User, viewer: User, make_project: Callable[..., Project]
) -> None:
    assert browser(outsider).get(panel(report.project)).status_code == 404
    other = make_project("Another")
    address = f"/projects/{report.project_id}/attachments/?subject=project:{other.id}"
    assert browser(viewer).get(address).status_code == 404
    for odd in ("", "project", "project:x", "nothing:" + str(other.id)):
        address = f"/projects/{report.project_id}/attachments/?subject={odd}"
        assert browser(viewer).get(address).status_code == 400


def test_it_is_removed_for_a_reason(browser: Browser, report: Attachment, owner: User) -> None:
    client = browser(owner)
    assert "Remove report.pdf?" in text_of(client.get(removal(report)).content.decode())
    answer = client.post(removal(report), {"reason": " "}, headers=HTMX)
    assert answer.status_code == 400
    assert not Attachment.objects.get(pk=report.pk).is_removed
    answer = client.post(removal(report), {"reason": "It names a patient"}, headers=HTMX)
    assert answer.status_code == 204
    assert Attachment.objects.get(pk=report.pk).reason == "It names a patient"
    assert "report.pdf" not in text_of(client.get(panel(report.project)).content.decode())


def test_a_file_of_another_project_is_not_removed_here(
    browser: Browser, report: Attachment, owner: User, make_project: Callable[..., Project]
) -> None:
    other = make_project("Another")
    address = f"/projects/{other.id}/attachments/{report.id}/remove/"
    assert browser(owner).post(address, {"reason": "Why not"}).status_code == 404
    assert not Attachment.objects.get(pk=report.pk).is_removed


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (0, "0 KiB"),
        (1, "1 KiB"),
        (212 * 1024, "212 KiB"),
        (1024 * 1024, "1 MiB"),
        (1468006, "1.4 MiB"),
        (104857600, "100 MiB"),
        (2 * 1024**3, "2 GiB"),
    ],
)
def test_sizes_are_short(size: int, written: str) -> None:
    assert size_words(size) == written


def test_a_version_under_review_says_why_it_takes_no_files(
    browser: Browser, report: Attachment, owner: User, viewer: User, caller_for: Callable[..., Caller]
) -> None:
    address = f"/projects/{report.project_id}/versions/2/"
    assert [each for each in elements(browser(owner).get(address)) if each.attributes.get("type") == "file"]
    submit_release(caller=caller_for(owner), project_id=report.project_id, version=2, name="1.0")
    page = browser(owner).get(address)
    assert "is in review as 1.0, and takes no files" in text_of(page.content.decode())
    assert not [each for each in elements(page) if each.attributes.get("type") == "file"]
    earlier = browser(owner).get(f"/projects/{report.project_id}/versions/1/")
    assert [each for each in elements(earlier) if each.attributes.get("type") == "file"]
    assert "takes no files" not in text_of(browser(viewer).get(address).content.decode())
