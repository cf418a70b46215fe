"""What a text hides is shown on every page: an override never lets a difference read as its opposite."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from drafts.comments.services import create_comment
from projects.models import Project
from tests.publishing.bundles import files_in, release_bundle
from tests.publishing.reviews import Review
from tests.workspace.conftest import Browser
from tests.workspace.html import Page, elements
from tests.writers import Writer

pytestmark = pytest.mark.django_db

RLO = "\u202e"
HIDING = f"Deny {RLO}nimda\u202c always.\nTen\u00a0mg.\n"


def marks(response: Page) -> list[str]:
    """The codes of the marks; nothing hidden is left in the page's text."""
    found = [each.text for each in elements(response, "span") if each.attributes.get("class") == "unseen"]
    texts = [each.text for tag in ("td", "p", "span", "small", "strong", "h1", "a") for each in elements(response, tag)]
    assert not any(RLO in text for text in texts)
    return found


@pytest.fixture
def hiding(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> Project:
    """v2 brought an override; a comment quotes it, and its own words have one too.

    So does its message, which is from before messages had to show all of themselves.
    """
    monkeypatch.setattr("drafts.services.saving.check_remark", lambda text, **_: text)
    lock = writer.take()
    writer.save({"prompt_text": "Deny admin always.\n"}, lock)
    writer.save({"prompt_text": HIDING}, lock, base=1, message=f"Say {RLO}it")
    anchor = {"from_line": 1, "to_line": 1, "quote": f"Deny {RLO}nimda\u202c"}
    create_comment(
        caller=writer.caller,
        project_id=writer.project.id,
        version=2,
        target_field="prompt_text",
        text=f"Right{RLO}?",
        anchor=anchor,
    )
    return writer.project


def test_a_comparison_shows_overrides_and_unusual_spaces(browser: Browser, hiding: Project, viewer: User) -> None:
    address = reverse("workspace:compare", args=[hiding.id])
    for view in ("split", "unified"):
        found = marks(browser(viewer).get(address, {"base": "1", "target": "2", "view": view}))
        assert {"U+202E", "U+202C", "U+00A0"} <= set(found)


@pytest.mark.parametrize("page", ["version", "history", "activity", "workspace", "comments"])
def test_every_page_shows_what_texts_hide(browser: Browser, hiding: Project, viewer: User, page: str) -> None:
    numbers = [2] if page == "version" else []
    found = marks(browser(viewer).get(reverse(f"workspace:{page}", args=[hiding.id, *numbers])))
    assert page == "activity" or "U+202E" in found


def test_a_name_from_before_the_rule_shows_what_it_hides(browser: Browser, project: Project, viewer: User) -> None:
    Project.objects.filter(pk=project.pk).update(name=f"Plan {RLO}B")
    client = browser(viewer)
    response = client.get(reverse("workspace:history", args=[project.id]))
    assert "U+202E" in marks(response)
    assert f"Plan {RLO}B" not in response.content.decode().split("</title>")[0]


def test_invisible_characters_are_told_before_submitting_and_signing(browser: Browser, review: Review) -> None:
    review.save(HIDING)
    client = browser(review.people["editor"])
    submit = client.get(reverse("workspace:submit_release", args=[review.project.id])).content.decode()
    assert "Contains invisible characters." in submit
    assert "Prompt (2)" in submit
    release = review.submit()
    address = reverse("workspace:release", args=[review.project.id, release.id])
    assert "Contains invisible characters." in client.get(address).content.decode()
    assert "It contains invisible characters: Prompt (2)." in client.get(f"{address}?sign=authored").content.decode()


def test_the_report_of_a_bundle_shows_what_texts_hide(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment from before remarks had to show all of themselves."""
    monkeypatch.setattr("publishing.services.signing.check_remark", lambda text, **_: text)
    release = review.submit()
    review.sign(release, "authored", "editor", comment=f"Plan {RLO}B")
    page = files_in(release_bundle(release))["report.html"].decode()
    assert RLO not in page
    assert '<span class="unseen">U+202E</span>' in page
