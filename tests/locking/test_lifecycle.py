"""A lock from its taking to its end."""

from __future__ import annotations

from uuid import uuid4

import pytest

from audit.models import Event
from kernel.errors import LockHeld, LockNotHeld, NotFound, PermissionDenied
from locking.models import EndReason
from locking.services import (
    acquire_lock,
    renew_locks,
)
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def test_the_key_and_its_value_are_the_documented_ones(daniel: Writer, stored):
    lock = daniel.take()

    assert stored() == {
        "user_id": str(daniel.caller.user.id),
        "session_id": str(daniel.session),
        "lease_id": str(lock.lease_id),
        "expires_at": str(int(lock.expires_at.timestamp() * 1000)),
    }


def test_the_token_is_the_number_of_the_event_that_opened_the_lease(daniel: Writer):
    lock = daniel.take()

    event = Event.objects.of_project(daniel.project.id).get(seq=lock.token)
    assert event.action == "lock.acquired"
    assert event.data["field"] == "prompt_text"


def test_a_second_person_is_refused_and_told_who_holds_it(mara: Writer, daniel: Writer):
    lock = daniel.take()

    with pytest.raises(LockHeld) as refusal:
        mara.take()

    assert refusal.value.extra["holder"] == daniel.caller.user.person()
    assert refusal.value.extra["since"] == daniel.lease(lock).started_at
    assert refusal.value.extra["expires_at"] is not None


def test_two_tabs_of_one_person_exclude_each_other(daniel: Writer):
    other_tab = Writer(daniel.caller, daniel.project)
    daniel.take()

    with pytest.raises(LockHeld):
        other_tab.take()


def test_taking_again_gives_the_same_lease(daniel: Writer):
    assert daniel.take().token == daniel.take().token


def test_a_viewer_cannot_take_a_field(project, viewer, caller_for):
    with pytest.raises(PermissionDenied):
        Writer(caller_for(viewer), project).take()


def test_an_outsider_finds_no_project(project, outsider, caller_for):
    with pytest.raises(NotFound):
        acquire_lock(caller=caller_for(outsider), project_id=project.id, field="prompt_text", session_id=uuid4())


def test_giving_back_frees_the_field_for_the_next(mara: Writer, daniel: Writer, after_commit, stored):
    lock = daniel.take()
    with after_commit(execute=True):
        daniel.give_back()

    assert daniel.lease(lock).end_reason == EndReason.CANCELLED
    assert stored() is None
    assert mara.take().token > lock.token
    with pytest.raises(LockNotHeld):
        daniel.give_back()


def test_renewing_reports_what_was_lost(daniel: Writer, forget):
    daniel.take()
    daniel.take("files/a.md")
    forget("files/a.md")

    renewal = renew_locks(
        caller=daniel.caller,
        project_id=daniel.project.id,
        session_id=daniel.session,
        fields=["prompt_text", "files/a.md"],
    )

    assert list(renewal.expires_at) == ["prompt_text"]
    assert renewal.lost == ["files/a.md"]
