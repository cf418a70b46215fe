"""Two configurations over different hashes never read as one: every place that tells a difference tells this one."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from projects.models import Project
from projects.services import reopen_project
from tests.publishing.reviews import Review, caller_of
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words
from tests.writers import Writer
from workspace.audit_viewer.differences import event_changes
from workspace.releases.changes import release_changes

pytestmark = [pytest.mark.django_db, pytest.mark.empty_site]

FIELD = "model_configuration"
SAME_VALUES = "same values, formatted differently"


def saved(writer: Writer, *texts: str) -> Project:
    lock = writer.take(FIELD)
    for base, text in enumerate(texts):
        writer.save({FIELD: text}, lock, base=base)
    return writer.project


@pytest.fixture
def respelled(writer: Writer) -> Project:
    return saved(writer, '{"temperature": 0.70, "top_k": 40}', '{"top_k": 40, "temperature": 7e-1}')


@pytest.fixture
def other_digits(writer: Writer) -> Project:
    return saved(writer, '{"seed": 12345678901234567890.0, "n": 1}', '{"n": 1, "seed": 12345678901234567891.0}')


def test_the_compare_page_tells_another_spelling_and_shows_it(
    browser: Browser, respelled: Project, viewer: User
) -> None:
    response = browser(viewer).get(reverse("workspace:compare", args=[respelled.id]), {"base": "1", "target": "2"})
    page = response.content.decode()
    assert SAME_VALUES in page
    assert "No difference" not in page
    assert len(elements(response, "td", **{"class": "is-removed"})) == 1


def test_the_compare_page_shows_every_digit(browser: Browser, other_digits: Project, viewer: User) -> None:
    response = browser(viewer).get(reverse("workspace:compare", args=[other_digits.id]), {"base": "1", "target": "2"})
    assert [words(each) for each in elements(response, "del")] == ["12345678901234567890.0"]
    assert [words(each) for each in elements(response, "ins")] == ["12345678901234567891.0"]


def test_the_page_of_a_version_tells_another_spelling(browser: Browser, respelled: Project, viewer: User) -> None:
    page = browser(viewer).get(reverse("workspace:version", args=[respelled.id, 2])).content.decode()
    assert SAME_VALUES in page


def test_the_terminal_tells_another_spelling_and_shows_it(respelled: Project, capsys: Any) -> None:
    call_command("compare", str(respelled.id), "1", "2")
    out = capsys.readouterr().out
    assert SAME_VALUES in out
    assert "No difference" not in out
    assert '+{"top_k": 40, "temperature": 7e-1}' in out


def test_the_audit_viewer_shows_another_spelling(respelled: Project) -> None:
    event = Event.objects.filter(action="draft.saved").order_by("-seq")[0]
    lines = [each for each in event_changes(event, reader=event.actor_id).differences if each.place]
    assert [each.place.strip() for each in lines] == [FIELD]


def test_the_signing_page_never_calls_another_hash_unchanged(review: Review) -> None:
    review.save("Be exact.", model_configuration='{"temperature": 0.70, "top_k": 40}')
    released = review.release()
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id, reason="Next")
    draft = review.save("Be exact.", model_configuration='{"top_k": 40, "temperature": 7e-1}')
    told = release_changes(draft, reader=review.people["owner"].id)
    assert told.before == released
    (configuration,) = [each for each in told.fields if each.name == FIELD]
    assert (configuration.is_same, configuration.words) == (False, "Same values, formatted differently")
