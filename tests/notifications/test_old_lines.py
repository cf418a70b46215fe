"""What was read long ago leaves the inbox by itself; what is unread never does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from drafts.tasks.services import create_task
from notifications import retention
from notifications.jobs import tidy_inboxes
from notifications.models import Notification
from notifications.retention import delete_read
from projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(project: Project, owner: User, editor: User, caller_for: Callable[..., Caller]) -> Callable[[], list[str]]:
    """The editor's inbox of three tasks and a membership, by their texts: all of it came 300 days ago."""
    for text in ("old", "new", "unread"):
        create_task(caller=caller_for(owner), project_id=project.id, text=text, assignee_id=editor.id)
    lines = Notification.objects.filter(recipient=editor)
    lines.update(created_at=Now() - timedelta(days=300))
    lines.filter(facts__text="old").update(read_at=Now() - timedelta(days=181))
    lines.filter(facts__text="new").update(read_at=Now() - timedelta(days=179))
    return lambda: [row.facts.get("text", row.kind) for row in lines.order_by("id")]


def test_what_was_read_long_ago_goes_and_what_is_unread_stays(inbox: Callable[[], list[str]]) -> None:
    before = Event.objects.count()
    tidy_inboxes(timestamp=1)
    assert inbox() == ["member.added", "new", "unread"]
    assert Event.objects.count() == before, "it is no record"


def test_the_operator_chooses_how_long(inbox: Callable[[], list[str]], settings: Any) -> None:
    settings.FOUNDRY_INBOX_LIFETIME = timedelta(0)
    assert delete_read() == 0
    assert len(inbox()) == 4
    settings.FOUNDRY_INBOX_LIFETIME = timedelta(days=100)
    assert delete_read() == 2
    assert inbox() == ["member.added", "unread"]


def test_many_go_in_small_transactions(
    inbox: Callable[[], list[str]], editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_LINES_AT_ONCE", 2)
    Notification.objects.filter(recipient=editor).update(read_at=Now() - timedelta(days=200))
    assert delete_read() == 4
    assert inbox() == []
