"""Any order of takes, saves, expiries and hand-overs keeps one writer per field, on the real Valkey and Postgres."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django_redis import get_redis_connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kernel.errors import Conflict, LockHeld, LockNotHeld, NotFound, PermissionDenied, StaleToken
from locking import redis_locks
from locking.models import EndReason, Lease
from locking.services import Lock, hand_over_lock, release_session_locks, renew_locks, take_over_lock
from locking.sessions import close_connection, resume_session
from locking.sweeper import sweep_once
from projects.models import Project
from tests.exploring import examples
from tests.writers import Writer

FIELDS = ("prompt_text", "files/a.md")

writers = st.integers(0, 3)
fields = st.sampled_from(FIELDS)


class Locks(RuleBasedStateMachine):
    """Two people with two tabs each; every answer is held against the journal as it stood just before."""

    make_world: Callable[[Any], tuple[Project, list[Any]]]

    @initialize()
    def begin(self) -> None:
        self.project, callers = type(self).make_world(self)
        self.writers = [Writer(caller, self.project) for caller in callers]
        self.locks: list[tuple[int, Lock]] = []
        self.newest_token = 0

    def open_lease(self, field: str) -> Lease | None:
        return Lease.objects.open().filter(project=self.project, field=field).first()

    def key(self, field: str) -> str:
        return redis_locks.lock_key(self.project.id, field)

    @rule(who=writers, field=fields)
    def take(self, who: int, field: str) -> None:
        before = self.open_lease(field)
        try:
            lock = self.writers[who].take(field)
        except LockHeld:
            assert get_redis_connection("locks").exists(self.key(field)), "refused although nothing held the key"
            return
        lease = self.open_lease(field)
        assert lease is not None
        assert (lease.token, lease.session_id) == (lock.token, self.writers[who].session)
        if before is None or before.lease_id != lock.lease_id:
            assert lock.token > self.newest_token, "tokens only grow"
        self.newest_token = max(self.newest_token, lock.token)
        self.locks.append((who, lock))

    @rule(data=st.data(), text=st.sampled_from(["a", "b", "c"]))
    def save(self, data: st.DataObject, text: str) -> None:
        if not self.locks:
            return
        who, lock = data.draw(st.sampled_from(self.locks))
        lease = self.open_lease(lock.field)
        newest = lease is not None and lease.token == lock.token
        current = Project.objects.select_related("current_draft").get(pk=self.project.pk).current_draft
        content = text if lock.field == "prompt_text" else {"content": text}
        try:
            self.writers[who].save({lock.field: content}, lock, base=current.version_number if current else 0)
        except StaleToken:
            assert not newest, "an honest holder could not save"
        else:
            assert newest, "a save passed without the newest open lease"

    @rule(who=writers, field=fields)
    def give_back(self, who: int, field: str) -> None:
        lease = self.open_lease(field)
        mine = lease is not None and lease.session_id == self.writers[who].session
        try:
            self.writers[who].give_back(field)
        except LockNotHeld:
            assert not mine
        else:
            assert mine

    @rule(who=writers, field=fields)
    def renew(self, who: int, field: str) -> None:
        lease = self.open_lease(field)
        writer = self.writers[who]
        renewal = renew_locks(
            caller=writer.caller, project_id=self.project.id, session_id=writer.session, fields=[field]
        )
        if field in renewal.expires_at:
            assert lease is not None
            assert lease.session_id == writer.session

    @rule(giver=writers, receiver=writers, field=fields)
    def hand_over(self, giver: int, receiver: int, field: str) -> None:
        writer = self.writers[giver]
        try:
            hand_over_lock(
                caller=writer.caller,
                project_id=self.project.id,
                session_id=writer.session,
                field=field,
                to=self.writers[receiver].session,
            )
        except (LockNotHeld, Conflict, NotFound):
            return
        lease = self.open_lease(field)
        assert lease is not None
        assert lease.session_id == self.writers[receiver].session

    @rule(who=writers, field=fields)
    def take_over(self, who: int, field: str) -> None:
        writer = self.writers[who]
        try:
            lock = take_over_lock(
                caller=writer.caller,
                project_id=self.project.id,
                session_id=writer.session,
                field=field,
                reason="It is urgent",
            )
        except (PermissionDenied, LockHeld):
            return
        self.newest_token = max(self.newest_token, lock.token)
        self.locks.append((who, lock))

    @rule(field=fields)
    def expire(self, field: str) -> None:
        """A TTL runs out."""
        get_redis_connection("locks").delete(self.key(field))

    @rule()
    def wipe_redis(self) -> None:
        get_redis_connection("locks").delete(*(self.key(field) for field in FIELDS))
        get_redis_connection("locks").script_flush()

    @rule(who=writers, clean=st.booleans())
    def disconnect(self, who: int, clean: bool) -> None:
        writer = self.writers[who]
        close_connection(
            caller=writer.caller, session_id=writer.session, connection=writer.opened.connection, clean=clean
        )

    @rule(who=writers)
    def resume(self, who: int) -> None:
        writer = self.writers[who]
        writer.opened = resume_session(
            caller=writer.caller,
            project_id=self.project.id,
            session_id=writer.session,
            resume_secret=writer.opened.resume_secret,
        )
        assert writer.opened.session_id == writer.session

    @rule(who=writers)
    def revoke(self, who: int) -> None:
        writer = self.writers[who]
        release_session_locks(
            caller=writer.caller,
            project_id=self.project.id,
            session_id=writer.session,
            connection=writer.opened.connection,
            why=EndReason.REVOKED,
        )

    @rule()
    def sweep(self) -> None:
        sweep_once()
        sweep_once()  # the first round may have moved a key on; then there is nothing left to do
        keys = [self.key(field) for field in FIELDS]
        for field, held in zip(FIELDS, redis_locks.read_many(keys), strict=True):
            lease = self.open_lease(field)
            if lease is None:
                continue
            assert isinstance(held, redis_locks.HeldLock)
            assert held.lease_id == lease.lease_id, "Redis and the journal disagree after the sweeper ran"

    @invariant()
    def every_field_has_one_writer_and_every_end_a_reason(self) -> None:
        if not hasattr(self, "project"):
            return
        leases = Lease.objects.filter(project=self.project)
        for field in FIELDS:
            assert leases.open().filter(field=field).count() <= 1
            tokens = list(leases.filter(field=field).order_by("started_at", "token").values_list("token", flat=True))
            assert tokens == sorted(set(tokens))
        assert not leases.filter(ended_at__isnull=False, end_reason__isnull=True).exists()


@pytest.mark.generated
def test_locks_hold_in_any_order(committed_db, make_project, owner, editor, caller_for):
    def make_world(_machine: Any) -> tuple[Project, list[Any]]:
        project = make_project("State machine", members={"editor": editor})
        return project, [caller_for(user) for user in (owner, owner, editor, editor)]

    Locks.make_world = make_world
    run_state_machine_as_test(
        Locks,
        settings=settings(
            max_examples=examples(25),
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )
