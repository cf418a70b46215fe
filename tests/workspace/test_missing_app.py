"""What an app recorded that is no longer installed: shown by its bare name, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.urls import reverse

from accounts.callers import Caller
from accounts.models import User
from audit.event_types import EVENT_TYPES, INBOX_LINES, EventType, InboxLine, register_events
from audit.services import Target, record
from notifications.mails import send
from notifications.models import Notification, Preferences
from notifications.services import notify
from projects.models import Project
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words

pytestmark = pytest.mark.django_db

FORECAST = InboxLine(
    "weather.forecast",
    title="It will rain",
    icon="bell",
    mail="{name} foresees rain",
    sentence="{name} foresees {thing}",
    thing=lambda facts: facts["sky"],
)


@pytest.fixture
def rained(project: Project, owner: User, editor: User, caller_for: Callable[..., Caller]) -> Project:
    """A project whose chain tells of weather, and nobody here knows any more what that was."""
    caller = caller_for(owner)
    with EVENT_TYPES.replaced(EVENT_TYPES), INBOX_LINES.replaced(INBOX_LINES):
        register_events(EventType("weather.changed", words=lambda context: "Rain", inbox=(FORECAST,)))
        target = Target("sky", "north")
        event = record(caller=caller, action="weather.changed", target=target, project_id=project.id)
        facts = {"sky": "rain"}
        notify(caller=caller, line=FORECAST, recipients=[editor.id], project_id=project.id, facts=facts, seq=event.seq)
    return project


def test_the_activity_names_the_event(browser: Browser, rained: Project, viewer: User) -> None:
    page = browser(viewer).get(reverse("workspace:activity", args=[rained.id]))
    assert words(elements(page, "h3")[0]) == "Owner: weather.changed"


def test_the_audit_viewer_lists_it_and_filters_by_its_group(
    browser: Browser, rained: Project, make_user: Callable[..., User]
) -> None:
    client = browser(make_user("auditor", is_auditor=True))
    address = reverse("admin:audit_event_changelist")
    every = client.get(address, {"chain": str(rained.id)}).content.decode()
    assert "weather.*" in every
    assert "sky north" in every
    only = client.get(address, {"chain": str(rained.id), "group": "weather"}).content.decode()
    assert "sky north" in only
    assert "member.added" not in only


def test_the_inbox_names_the_kind_and_no_mail_is_sent(browser: Browser, rained: Project, editor: User) -> None:
    Preferences.objects.create(user=editor, topics=["weather"], address="me@example.org")
    row = Notification.objects.get(recipient=editor, kind=FORECAST.kind)
    client = browser(editor)
    assert words(elements(client.get("/inbox/"), "h3")[0]) == "Owner: weather.forecast"
    assert client.get(f"/inbox/{row.id}/")["Location"] == "/inbox/"
    send(row.id)
    assert mail.outbox == []
