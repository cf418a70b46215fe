"""Release notes on the pages: written at submission, shown, changed until somebody signs; and the signed statements."""

from __future__ import annotations

import pytest
from django.urls import reverse

from publishing.models import MAX_NOTES, Release
from tests.publishing.reviews import PASSWORD, Review
from tests.workspace.conftest import Browser
from tests.workspace.html import Page, elements, words

pytestmark = pytest.mark.django_db

NOTES = "Answers name their source.\n\nWhy: finding 12."


def notes_page(release: Release) -> str:
    return reverse("workspace:release_notes", args=[release.project_id, release.id])


def page_of(release: Release) -> str:
    return reverse("workspace:release", args=[release.project_id, release.id])


def shown(page: Page) -> list[str]:
    return [words(line) for line in elements(page, "p", dir="auto")]


def test_notes_are_written_with_the_submission_and_shown(browser: Browser, review: Review):
    client = browser(review.people["editor"])
    address = reverse("workspace:submit_release", args=[review.project.id])

    client.post(address, {"name": "1.0.0", "version": "1", "notes": NOTES})

    release = Release.objects.get(project=review.project)
    assert shown(browser(review.people["viewer"]).get(page_of(release))) == [
        "Answers name their source.",
        "",
        "Why: finding 12.",
    ]


def test_notes_that_are_refused_are_still_in_the_form(browser: Browser, review: Review):
    too_long = "x" * (MAX_NOTES + 1)
    address = reverse("workspace:submit_release", args=[review.project.id])

    page = browser(review.people["editor"]).post(address, {"name": "1.0.0", "version": "1", "notes": too_long})

    assert page.status_code == 400
    (field,) = elements(page, "textarea", id="release-notes")
    assert field.text.strip() == too_long
    assert field.attributes["aria-invalid"] == "true"


def test_an_editor_changes_them_until_somebody_signs(browser: Browser, review: Review):
    release = review.submit(notes="A first try")
    client = browser(review.people["editor"])
    (field,) = elements(client.get(notes_page(release)), "textarea", id="release-notes")
    assert field.text.strip() == "A first try"

    assert client.post(notes_page(release), {"notes": NOTES}).status_code == 302
    assert NOTES.splitlines()[0] in shown(client.get(page_of(release)))

    review.sign(release, "authored", "editor")
    refused = client.post(notes_page(release), {"notes": "Something else"})
    assert refused.status_code == 409
    assert "signature, which covers the release notes" in refused.content.decode()
    assert "Something else" in refused.content.decode()
    assert not elements(client.get(page_of(release)), "a", href=notes_page(release))


def test_c12_the_dialog_signs_only_the_notes_that_were_on_its_page(browser: Browser, review: Review):
    release = review.submit(notes="Harmless")
    reviewer = review.people["reviewer"]
    client, place = browser(reviewer), f"{page_of(release)}?sign=reviewed"

    def posted() -> dict[str, str]:
        (notes,) = elements(client.get(place), "input", name="notes")
        proof = {"component": "password", "username": reviewer.username, "password": PASSWORD}
        return {"meaning": "reviewed", "notes": str(notes.attributes["value"]), **proof}

    before = posted()
    review.write_notes(release, NOTES)
    refused = client.post(place, before)
    assert refused.status_code == 409
    assert "The release notes have changed since you opened this." in refused.content.decode()
    (kept,) = elements(refused, "input", name="notes")
    assert kept.attributes["value"] == before["notes"]
    assert client.post(place, posted()).status_code == 302


def test_others_are_not_offered_to_write_them(browser: Browser, review: Review):
    release = review.submit(notes=NOTES)

    page = browser(review.people["reviewer"]).get(page_of(release))

    assert not elements(page, "a", href=notes_page(release))


def test_c12_the_page_shows_each_signed_statement_on_the_screen_and_in_print(browser: Browser, review: Review):
    release = review.release(notes=NOTES)

    page = browser(review.people["viewer"]).get(page_of(release))

    codes = [element.text for element in elements(page, "code")]
    for signature in release.signatures.all():
        assert codes.count(signature.text) == 2
