"""Sessions that are over leave the database by a job; those of people only after their event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.test import Client

from accounts import retention
from accounts.jobs import tidy_sessions
from accounts.models import ProvenSession, User
from accounts.retention import delete_expired_sessions
from accounts.sessions import end_unused_sessions
from audit.models import Event
from tests.accounts.pages import sign_in

pytestmark = pytest.mark.django_db


def new_session(*, age: timedelta) -> str:
    """The key of a session of nobody that expired so long ago."""
    store = SessionStore()
    store.create()
    key = str(store.session_key)
    Session.objects.filter(pk=key).update(expire_date=Now() - age)
    return key


def test_expired_sessions_of_nobody_go_and_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_SESSIONS_AT_ONCE", 2)
    for _number in range(5):
        new_session(age=timedelta(hours=1))
    valid = new_session(age=-timedelta(hours=1))
    before = Event.objects.count()
    assert delete_expired_sessions() == 5
    assert list(Session.objects.values_list("pk", flat=True)) == [valid]
    assert Event.objects.count() == before, "they are no records"


def test_the_session_of_a_person_is_ended_with_its_event_first(client: Client, person: User) -> None:
    sign_in(client, "daniel")
    client.get("/account/")
    Session.objects.update(expire_date=Now() - timedelta(hours=1))
    tidy_sessions(timestamp=1)
    assert Session.objects.count() == 1
    UserSession.objects.update(last_seen_at=Now() - timedelta(days=2))
    end_unused_sessions()
    tidy_sessions(timestamp=1)
    assert Session.objects.count() == 0


def test_what_was_proven_long_ago_goes(person: User) -> None:
    for name, age in (("old", timedelta(days=31)), ("recent", timedelta(days=29))):
        ProvenSession.objects.create(user=person, credential=f"cookie:{name}", proven_at=Now() - age)
    assert delete_expired_sessions() == 1
    assert ProvenSession.objects.get().credential == "cookie:recent"
