"""One entry in `events.py` brings an event to the stream, the pages, the inbox, the mails and the audit viewer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.urls import reverse

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from notifications.mails import send
from notifications.models import Notification
from notifications.services import set_preferences
from projects.models import Project
from tests.event_payload import event_payload
from tests.sample_stage.services import add_note
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def noted(project: Project, editor: User, caller_for: Callable[..., Caller]) -> Event:
    add_note(caller=caller_for(editor), project_id=project.id, text="Ask the clinic")
    return Event.objects.get(action="note.added")


def test_its_live_members_go_out(noted: Event) -> None:
    assert event_payload(noted)["data"] == {"note_id": noted.target_id, "text": "Ask the clinic"}


def test_the_activity_shows_and_filters_it(
    browser: Browser,
    noted: Event,
    project: Project,
    viewer: User,
) -> None:
    address = reverse("workspace:activity", args=[project.id])
    page = browser(viewer).get(address, {"kind": "notes"})
    assert [words(each) for each in elements(page, "h3")] == ["Editor noted “Ask the clinic”"]
    assert "#icon-pen-line" in page.content.decode()
    assert ("notes", "Notes") in page.context["kinds"]
    assert "note.added" in elements(page, id="live-body")[0].attributes["data-live-body-on-value"].split()


def test_the_inbox_shows_it_and_leads_to_its_place(
    browser: Browser,
    noted: Event,
    project: Project,
    owner: User,
) -> None:
    client = browser(owner)
    assert words(elements(client.get("/inbox/"), "h3")[0]) == "Editor noted Ask the clinic on your project"
    row = Notification.objects.get(recipient=owner, kind="note.added")
    assert client.get(f"/inbox/{row.id}/")["Location"] == reverse("workspace:activity", args=[project.id])


def test_it_goes_by_mail_to_those_who_chose_its_topic(
    noted: Event, owner: User, caller_for: Callable[..., Caller]
) -> None:
    set_preferences(caller=caller_for(owner), topics=["note"], address="me@example.org")
    send(Notification.objects.get(recipient=owner, kind="note.added").id)
    assert mail.outbox[0].subject.startswith("Editor put a note on a project of yours")


def test_the_audit_viewer_shows_and_filters_it(
    browser: Browser,
    noted: Event,
    make_user: Callable[..., User],
) -> None:
    client = browser(make_user("auditor", is_auditor=True))
    page = client.get(reverse("admin:audit_event_changelist"), {"group": "note"}).content.decode()
    assert "“Ask the clinic”" in page
