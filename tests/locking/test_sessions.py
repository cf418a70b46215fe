"""Sessions: what a good-bye, a lost socket and a late disconnect do to locks."""

from __future__ import annotations

from typing import Any

import pytest
from django_redis import get_redis_connection

from kernel.errors import PermissionDenied
from locking import redis_locks, sessions
from locking.models import EndReason, Lease
from locking.services import acquire_lock, release_session_locks
from locking.sessions import close_connection, open_session, resume_session
from locking.sweeper import sweep_once
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def test_anothers_session_cannot_be_used(mara: Writer, daniel: Writer):
    with pytest.raises(PermissionDenied):
        acquire_lock(caller=mara.caller, project_id=mara.project.id, field="prompt_text", session_id=daniel.session)


def test_a_clean_goodbye_frees_at_once(daniel: Writer, after_commit, stored):
    lock = daniel.take()
    with after_commit(execute=True):
        close_connection(
            caller=daniel.caller, session_id=daniel.session, connection=daniel.opened.connection, clean=True
        )

    assert daniel.lease(lock).end_reason == EndReason.DISCONNECTED
    assert stored() is None


def test_a_lost_socket_leaves_a_short_grace(daniel: Writer, settings, forget):
    daniel.take()

    close_connection(caller=daniel.caller, session_id=daniel.session, connection=daniel.opened.connection, clean=False)

    remaining = get_redis_connection("locks").pttl(redis_locks.lock_key(daniel.project.id, "prompt_text"))
    assert 0 < remaining <= settings.FOUNDRY_LOCK_GRACE * 1000
    forget()
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


def test_a_close_that_finishes_after_the_session_was_resumed_leaves_its_locks_their_time(
    daniel: Writer, settings, monkeypatch
):
    daniel.take()

    def late(**arguments: Any) -> Any:
        monkeypatch.undo()
        come_back(daniel)
        return redis_locks.adjust(**arguments)

    monkeypatch.setattr(redis_locks, "adjust", late)
    close_connection(caller=daniel.caller, session_id=daniel.session, connection=daniel.opened.connection, clean=False)

    remaining = get_redis_connection("locks").pttl(redis_locks.lock_key(daniel.project.id, "prompt_text"))
    assert remaining > settings.FOUNDRY_LOCK_GRACE * 1000


def test_a_goodbye_that_finishes_after_the_session_was_resumed_frees_nothing(daniel: Writer, monkeypatch):
    lock = daniel.take()

    def late(**arguments: Any) -> int:
        come_back(daniel)
        return release_session_locks(**arguments)

    monkeypatch.setattr(sessions, "release_session_locks", late)
    close_connection(caller=daniel.caller, session_id=daniel.session, connection=daniel.opened.connection, clean=True)

    assert daniel.lease(lock).is_open


def test_a_lock_taken_by_the_resumed_session_is_none_of_an_older_connections_business(
    daniel: Writer, settings, monkeypatch
):
    daniel.take()

    def late(**arguments: Any) -> Any:
        monkeypatch.undo()
        come_back(daniel)
        daniel.take("model_configuration")
        return redis_locks.adjust(**arguments)

    monkeypatch.setattr(redis_locks, "adjust", late)
    close_connection(caller=daniel.caller, session_id=daniel.session, connection=daniel.opened.connection, clean=False)

    remaining = get_redis_connection("locks").pttl(redis_locks.lock_key(daniel.project.id, "model_configuration"))
    assert remaining > settings.FOUNDRY_LOCK_GRACE * 1000


def come_back(writer: Writer) -> None:
    resumed = resume_session(
        caller=writer.caller,
        project_id=writer.project.id,
        session_id=writer.session,
        resume_secret=writer.opened.resume_secret,
    )
    assert resumed.session_id == writer.session


def test_a_used_secret_gets_a_new_session(daniel: Writer):
    arguments: dict[str, Any] = {
        "caller": daniel.caller,
        "project_id": daniel.project.id,
        "session_id": daniel.session,
        "resume_secret": daniel.opened.resume_secret,
    }
    assert resume_session(**arguments).session_id == daniel.session

    assert resume_session(**arguments).session_id != daniel.session


def test_a_rest_session_has_no_connection(project, editor, caller_for):
    assert open_session(caller=caller_for(editor), project_id=project.id, connected=False).connection == 0
