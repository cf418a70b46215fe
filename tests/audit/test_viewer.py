"""The audit viewer in the admin: auditors read, nobody writes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import Event
from tests.writers import Writer

pytestmark = pytest.mark.django_db

LIST = "admin:audit_event_changelist"


@pytest.fixture
def event(project, editor, caller_for) -> Event:
    Writer(caller_for(editor), project).take()
    return Event.objects.of_project(project.id).get(action="lock.acquired")


def test_an_auditor_searches_and_opens_events(client, make_user, project, event: Event):
    client.force_login(make_user("auditor", is_auditor=True), backend="django.contrib.auth.backends.ModelBackend")

    listing = client.get(reverse(LIST), {"q": str(project.id)})
    detail = client.get(reverse("admin:audit_event_change", args=[event.pk]))

    assert "lock.acquired" in listing.content.decode()
    assert f"Chain verified up to {event.seq}" in detail.content.decode()
    assert bytes(event.hash).hex() in detail.content.decode()


@pytest.mark.parametrize("page", ["add", "delete"])
def test_nobody_writes_there(client, make_user, event: Event, page: str):
    client.force_login(make_user("auditor", is_auditor=True), backend="django.contrib.auth.backends.ModelBackend")
    arguments = [] if page == "add" else [event.pk]

    response = client.post(reverse(f"admin:audit_event_{page}", args=arguments), {"post": "yes"})

    assert response.status_code == 403


def test_an_administrator_is_not_an_auditor(client, make_user):
    client.force_login(make_user("admin", is_administrator=True), backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse(LIST)).status_code == 403
