"""Asking, giving, keeping and taking over a field."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from kernel.errors import LockNotHeld, PermissionDenied, StaleToken
from locking.models import EndReason, WorkingCopy
from locking.services import (
    hand_over_lock,
    keep_lock,
    open_requests,
    request_lock,
    take_over_lock,
    withdraw_request,
)
from locking.working_copies import put_working_copy
from notifications.models import Notification
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def test_handing_over_gives_the_receiver_a_larger_token(mara: Writer, daniel: Writer, after_commit):
    lock = daniel.take()
    with after_commit(execute=True):
        request_lock(caller=mara.caller, project_id=mara.project.id, session_id=mara.session, field="prompt_text")
        assert [one.session_id for one in open_requests(project_id=mara.project.id)] == [str(mara.session)]
        hand_over_lock(
            caller=daniel.caller,
            project_id=daniel.project.id,
            session_id=daniel.session,
            field="prompt_text",
            to=mara.session,
        )

    assert open_requests(project_id=mara.project.id) == []
    received = mara.take()
    assert received.token > lock.token
    assert daniel.lease(lock).end_reason == EndReason.HANDED_OVER
    with pytest.raises(StaleToken):
        daniel.save({"prompt_text": "too late"}, lock)
    assert mara.save({"prompt_text": "mine now"}, received).version_number == 1


def test_keeping_answers_the_request(mara: Writer, daniel: Writer):
    daniel.take()
    request_lock(caller=mara.caller, project_id=mara.project.id, session_id=mara.session, field="prompt_text")

    keep_lock(
        caller=daniel.caller,
        project_id=daniel.project.id,
        session_id=daniel.session,
        field="prompt_text",
        to=mara.session,
    )

    assert open_requests(project_id=mara.project.id) == []


def test_an_owner_takes_over_with_a_reason_and_the_loser_keeps_the_text(
    mara: Writer, daniel: Writer, after_commit, stored
):
    lock = daniel.take()
    put_working_copy(
        caller=daniel.caller,
        project_id=daniel.project.id,
        session_id=daniel.session,
        field="prompt_text",
        token=lock.token,
        revision=1,
        content="half a sentence",
    )
    with after_commit(execute=True):
        taken = take_over_lock(
            caller=mara.caller,
            project_id=mara.project.id,
            session_id=mara.session,
            field="prompt_text",
            reason="Daniel is on holiday",
        )

    assert taken.token > lock.token
    assert stored()["session_id"] == str(mara.session)
    event = Event.objects.of_project(mara.project.id).get(action="lock.taken_over")
    assert event.record["reason"] == "Daniel is on holiday"
    assert WorkingCopy.objects.get(lease__token=lock.token).content == "half a sentence"


def test_a_request_is_taken_back_with_its_line_in_the_inbox(mara: Writer, daniel: Writer):
    daniel.take()
    asking: dict[str, Any] = {
        "caller": mara.caller,
        "project_id": mara.project.id,
        "session_id": mara.session,
        "field": "prompt_text",
    }
    request_lock(**asking, message="Only line 3")
    (request,) = open_requests(project_id=mara.project.id)
    assert request.message == "Only line 3"
    line = Notification.objects.of(daniel.caller.user).get(kind="lock.requested")
    assert line.facts == {"field": "prompt_text", "message": "Only line 3"}

    withdraw_request(**asking)

    assert open_requests(project_id=mara.project.id) == []
    line.refresh_from_db()
    assert line.read_at is not None
    withdraw_request(**asking)


def test_a_person_moves_a_field_between_their_own_sessions_only(mara: Writer, daniel: Writer, after_commit):
    lock = daniel.take()
    elsewhere = Writer(daniel.caller, daniel.project)
    here: dict[str, Any] = {"project_id": mara.project.id, "field": "prompt_text"}
    with pytest.raises(LockNotHeld):
        hand_over_lock(caller=mara.caller, session_id=mara.session, to=mara.session, **here)
    with pytest.raises(PermissionDenied):
        hand_over_lock(caller=mara.caller, session_id=elsewhere.session, to=elsewhere.session, **here)
    with after_commit(execute=True):
        hand_over_lock(caller=daniel.caller, session_id=elsewhere.session, to=elsewhere.session, **here)
    assert elsewhere.take().token > lock.token
    assert daniel.lease(lock).end_reason == EndReason.HANDED_OVER


def test_only_owners_take_over(mara: Writer, daniel: Writer):
    mara.take()

    with pytest.raises(PermissionDenied):
        take_over_lock(
            caller=daniel.caller,
            project_id=daniel.project.id,
            session_id=daniel.session,
            field="prompt_text",
            reason="I want it",
        )
