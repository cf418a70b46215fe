"""Redis forgets, lies and restarts; the journal puts it right."""

from __future__ import annotations

import pytest
from django_redis import get_redis_connection

from audit.models import Event
from kernel.errors import LockHeld, StaleToken
from locking.models import EndReason, Lease
from locking.services import (
    hand_over_lock,
)
from locking.sweeper import sweep_once
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def test_an_expired_lock_is_ended_by_the_sweeper_in_nobodys_name(daniel: Writer, forget):
    lock = daniel.take()
    forget()

    assert sweep_once() >= 1

    assert daniel.lease(lock).end_reason == EndReason.EXPIRED
    event = Event.objects.of_project(daniel.project.id).get(action="lock.released")
    assert event.record["actor"]["kind"] == "service"
    assert event.data["holder"] == daniel.caller.user.person()


def test_taking_an_expired_field_ends_the_old_lease_first(mara: Writer, daniel: Writer, forget):
    lock = daniel.take()
    forget()

    newer = mara.take()

    assert daniel.lease(lock).end_reason == EndReason.EXPIRED
    assert newer.token > lock.token
    with pytest.raises(StaleToken):
        daniel.save({"prompt_text": "too late"}, lock)


def test_a_dead_key_of_an_ended_lease_keeps_nobody_waiting(mara: Writer, daniel: Writer):
    daniel.take()
    daniel.give_back()  # its process died before Redis followed: the key still carries the ended lease

    assert mara.take().session_id == mara.session


def test_the_sweeper_mends_a_key_that_a_dead_process_left_behind(mara: Writer, daniel: Writer, after_commit, stored):
    daniel.take()
    hand_over_lock(
        caller=daniel.caller,
        project_id=daniel.project.id,
        session_id=daniel.session,
        field="prompt_text",
        to=mara.session,
    )
    with after_commit(execute=True):
        sweep_once()

    assert stored()["session_id"] == str(mara.session)


@pytest.mark.parametrize("value", ["", "not json", "[]", "{}", '{"lease_id": 3}', '"text"', "\x00\xff"])
def test_a_corrupt_value_counts_neither_as_free_nor_as_ours(daniel: Writer, value: str):
    get_redis_connection("locks").set(f"lock:project:{daniel.project.id}:field:prompt_text", value)

    with pytest.raises(LockHeld) as refusal:
        daniel.take()

    assert refusal.value.extra["holder"] is None
    assert not Lease.objects.filter(project=daniel.project).exists()


def test_scripts_survive_a_restarted_redis(daniel: Writer):
    daniel.take()
    get_redis_connection("locks").script_flush()

    assert daniel.take("files/a.md").field == "files/a.md"
