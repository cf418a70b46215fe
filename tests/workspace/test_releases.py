"""The pages of releases: the list, one release, and signing without a script."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from projects.services import archive_project
from publishing.models import Release
from tests.publishing.reviews import PASSWORD, Review, caller_of
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def address(review: Review, name: str = "releases", *more: object) -> str:
    return reverse(f"workspace:{name}", args=[review.project.id, *more])


def page_of(release: Release) -> str:
    return reverse("workspace:release", args=[release.project_id, release.id])


def given(meaning: str, by: str, review: Review, **more: str) -> dict[str, str]:
    name = review.people[by].username
    return {"meaning": meaning, "component": "password", "username": name, "password": PASSWORD, **more}


def sign(client: Client, release: Release, data: dict[str, str], **how: object) -> object:
    return client.post(f"{page_of(release)}?sign={data['meaning']}", data, **how)


def test_an_empty_list_has_one_action(browser: Browser, review: Review):
    page = browser(review.people["editor"]).get(address(review))
    assert [words(link) for link in elements(page, "a", class_="btn btn-primary")] == ["Submit for review…"]
    assert not elements(browser(review.people["viewer"]).get(address(review)), "a", class_="btn btn-primary")


def test_the_list_shows_name_version_state_and_signers(browser: Browser, review: Review):
    review.withdraw(review.submit("0.9.0"))
    review.release("1.0.0")
    page = browser(review.people["viewer"]).get(address(review))
    assert [words(heading) for heading in elements(page, "h2")] == ["1.0.0", "0.9.0"]
    text = page.content.decode()
    assert "Frozen" in text
    assert "“A mistake”" in text
    assert [words(each) for each in elements(page, "span", title="Owner · Approved")] == ["OWApproved Owner"]


def test_a_release_shows_who_signed_and_whose_turn_it_is(browser: Browser, review: Review):
    release = review.submit()
    review.sign(release, "authored", "editor")
    page = browser(review.people["reviewer"]).get(page_of(release))
    slots = {words(slot).split()[0]: slot.attributes["data-slot"] for slot in elements(page, "section", class_="slot")}
    assert slots == {"Authored": "signed", "Reviewed": "yours", "Approved": "yours"}
    assert "You or Owner" in page.content.decode()
    watching = browser(review.people["viewer"]).get(page_of(release))
    assert not elements(watching, "a", class_="btn btn-primary")


def test_signing_works_without_a_script(browser: Browser, review: Review):
    release = review.submit()
    editor = browser(review.people["editor"])
    dialog = editor.get(f"{page_of(release)}?sign=authored")
    assert elements(dialog, "dialog", open="")
    assert sign(editor, release, given("authored", "editor", review)).status_code == 302
    for meaning, by in (("reviewed", "reviewer"), ("approved", "owner")):
        sign(browser(review.people[by]), release, given(meaning, by, review))
    assert Release.objects.get(pk=release.id).state == "released"
    page = editor.get(page_of(release))
    assert "Frozen · 1.0.0" in words(elements(page, "span", id="project-status")[0])


@pytest.mark.parametrize("state", ["in_review", "frozen", "archived"])
def test_the_workspace_says_why_nobody_writes(browser: Browser, review: Review, state: str):
    release = review.submit() if state == "in_review" else review.release()
    if state == "archived":
        archive_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)
    leads = {
        "in_review": (page_of(release), page_of(release)),
        "frozen": (address(review, "reopen"), page_of(release)),
        "archived": (address(review, "reopen"), None),
    }[state]
    for role, lead in zip(("owner", "editor"), leads, strict=True):
        page = browser(review.people[role]).get(address(review, "workspace"))
        assert elements(page, "div", class_="sheet", data_state=state)
        assert lead is None or elements(page, "a", class_="btn btn-ghost btn-xs", href=lead)
