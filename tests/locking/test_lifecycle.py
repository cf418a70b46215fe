"""A lock from its taking to its end; Postgres decides, Redis may forget."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django_redis import get_redis_connection

from audit.errors import LockHeld, LockNotHeld, NotFound, PermissionDenied, StaleToken
from audit.models import Event
from locking import registry
from locking.models import EndReason, Lease, WorkingCopy
from locking.services import (
    acquire_lock,
    hand_over_lock,
    keep_lock,
    open_requests,
    renew_locks,
    request_lock,
    take_over_lock,
)
from locking.sessions import close_connection, open_session, resume_session
from locking.sweeper import sweep_once
from locking.working_copies import put_working_copy
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(project, owner, caller_for) -> Writer:
    return Writer(caller_for(owner), project)


@pytest.fixture
def daniel(project, editor, caller_for) -> Writer:
    return Writer(caller_for(editor), project)


@pytest.fixture(autouse=True)
def after_commit(django_capture_on_commit_callbacks):
    """Nothing commits in these tests, so what follows a commit is run at the end of each block that asks for it."""
    return django_capture_on_commit_callbacks


def stored(project, field: str = "prompt_text") -> dict[str, str] | None:
    value = get_redis_connection("locks").get(f"lock:project:{project.id}:field:{field}")
    return None if value is None else json.loads(value)


def forget(project, field: str = "prompt_text") -> None:
    """What Redis does when a TTL runs out."""
    get_redis_connection("locks").delete(f"lock:project:{project.id}:field:{field}")


def test_the_key_and_its_value_are_the_documented_ones(daniel: Writer):
    lock = daniel.take()

    assert stored(daniel.project) == {
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


def test_anothers_session_cannot_be_used(mara: Writer, daniel: Writer):
    with pytest.raises(PermissionDenied):
        acquire_lock(caller=mara.caller, project_id=mara.project.id, field="prompt_text", session_id=daniel.session)


def test_giving_back_frees_the_field_for_the_next(mara: Writer, daniel: Writer, after_commit):
    lock = daniel.take()
    with after_commit(execute=True):
        daniel.give_back()

    assert daniel.lease(lock).end_reason == EndReason.CANCELLED
    assert stored(daniel.project) is None
    assert mara.take().token > lock.token
    with pytest.raises(LockNotHeld):
        daniel.give_back()


def test_renewing_reports_what_was_lost(daniel: Writer):
    daniel.take()
    daniel.take("files/a.md")
    forget(daniel.project, "files/a.md")

    renewal = renew_locks(
        caller=daniel.caller,
        project_id=daniel.project.id,
        session_id=daniel.session,
        fields=["prompt_text", "files/a.md"],
    )

    assert list(renewal.expires_at) == ["prompt_text"]
    assert renewal.lost == ["files/a.md"]


def test_an_expired_lock_is_ended_by_the_sweeper_in_nobodys_name(daniel: Writer):
    lock = daniel.take()
    forget(daniel.project)

    assert sweep_once() >= 1

    assert daniel.lease(lock).end_reason == EndReason.EXPIRED
    event = Event.objects.of_project(daniel.project.id).get(action="lock.released")
    assert event.record["actor"]["kind"] == "service"
    assert event.data["holder"] == daniel.caller.user.person()


def test_taking_an_expired_field_ends_the_old_lease_first(mara: Writer, daniel: Writer):
    lock = daniel.take()
    forget(daniel.project)

    newer = mara.take()

    assert daniel.lease(lock).end_reason == EndReason.EXPIRED
    assert newer.token > lock.token
    with pytest.raises(StaleToken):
        daniel.save({"prompt_text": "too late"}, lock)


def test_a_dead_key_of_an_ended_lease_keeps_nobody_waiting(mara: Writer, daniel: Writer):
    daniel.take()
    daniel.give_back()  # its process died before Redis followed: the key still carries the ended lease

    assert mara.take()


def test_the_sweeper_mends_a_key_that_a_dead_process_left_behind(mara: Writer, daniel: Writer, after_commit):
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

    assert stored(mara.project)["session_id"] == str(mara.session)


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

    assert daniel.take("files/a.md")


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


def test_an_owner_takes_over_with_a_reason_and_the_loser_keeps_the_text(mara: Writer, daniel: Writer, after_commit):
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
    assert stored(mara.project)["session_id"] == str(mara.session)
    event = Event.objects.of_project(mara.project.id).get(action="lock.taken_over")
    assert event.record["reason"] == "Daniel is on holiday"
    assert WorkingCopy.objects.get(lease__token=lock.token).content == "half a sentence"


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


def test_a_clean_goodbye_frees_at_once(daniel: Writer, after_commit):
    lock = daniel.take()
    with after_commit(execute=True):
        close_connection(
            caller=daniel.caller, session_id=daniel.session, connection=daniel.opened.connection, clean=True
        )

    assert daniel.lease(lock).end_reason == EndReason.DISCONNECTED
    assert stored(daniel.project) is None


def test_a_lost_socket_leaves_a_short_grace(daniel: Writer, settings):
    daniel.take()

    close_connection(caller=daniel.caller, session_id=daniel.session, connection=daniel.opened.connection, clean=False)

    remaining = get_redis_connection("locks").pttl(registry.lock_key(daniel.project.id, "prompt_text"))
    assert 0 < remaining <= settings.FOUNDRY_LOCK_GRACE * 1000
    forget(daniel.project)
    sweep_once()
    assert Lease.objects.get(project=daniel.project).end_reason == EndReason.DISCONNECTED


def test_a_late_disconnect_cannot_hurt_a_resumed_session(daniel: Writer):
    lock = daniel.take()
    resumed = resume_session(
        caller=daniel.caller,
        project_id=daniel.project.id,
        session_id=daniel.session,
        resume_secret=daniel.opened.resume_secret,
    )

    close_connection(caller=daniel.caller, session_id=daniel.session, connection=daniel.opened.connection, clean=True)

    assert resumed.session_id == daniel.session
    assert daniel.lease(lock).is_open


def test_a_used_secret_gets_a_new_session(daniel: Writer):
    arguments = {
        "caller": daniel.caller,
        "project_id": daniel.project.id,
        "session_id": daniel.session,
        "resume_secret": daniel.opened.resume_secret,
    }
    assert resume_session(**arguments).session_id == daniel.session

    assert resume_session(**arguments).session_id != daniel.session


def test_only_a_higher_revision_replaces_a_kept_text(daniel: Writer):
    lock = daniel.take()

    def put(revision: int, content: str) -> int:
        return put_working_copy(
            caller=daniel.caller,
            project_id=daniel.project.id,
            session_id=daniel.session,
            field="prompt_text",
            token=lock.token,
            revision=revision,
            content=content,
        )

    assert put(3, "three") == 3
    assert put(2, "two") == 3
    assert WorkingCopy.objects.get(lease__token=lock.token).content == "three"
    daniel.save({"prompt_text": "three"}, lock, revisions={"prompt_text": 3})
    assert not WorkingCopy.objects.filter(lease__token=lock.token).exists()


def test_a_rest_session_has_no_connection(project, editor, caller_for):
    assert open_session(caller=caller_for(editor), project_id=project.id, connected=False).connection == 0
