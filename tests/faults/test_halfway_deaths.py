"""A process dies between two steps of a write; the others find a consistent world."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import pytest

from audit.verification import verify_chain
from drafts.models import Draft
from foundry_site.environment import BASE_DIR
from kernel.errors import LockHeld
from locking import redis_locks
from locking.models import Lease
from locking.services import Lock
from locking.sweeper import sweep_once
from tests.faults.dying import POINTS
from tests.patience import PATIENCE
from tests.writers import Writer

TTL = 2
FIELD = "prompt_text"


@pytest.fixture
def pair(committed_db, make_project, owner, editor, caller_for, settings) -> tuple[Writer, Writer]:
    """An owner and an editor, each with a session, in a project whose locks live `TTL` seconds."""
    settings.FOUNDRY_LOCK_TTL = TTL
    project = make_project("Half-way", members={"editor": editor})
    return Writer(caller_for(owner), project), Writer(caller_for(editor), project)


def die_at(
    point: str, writer: Writer, environment: dict[str, str], *, holder: Writer | None = None, **more: Any
) -> None:
    """Let a child die at the point; until then `holder` renews: a slow child must not find the field free."""
    order = {
        "do": point.split(":", maxsplit=1)[0],
        "user": str(writer.caller.user.id),
        "project": str(writer.project.id),
        "session": str(writer.session),
        **more,
    }
    command = [sys.executable, "-m", "tests.faults.dying", point, json.dumps(order)]
    environment = {**environment, "FOUNDRY_LOCK_TTL": str(TTL)}
    deadline = time.monotonic() + PATIENCE
    with subprocess.Popen(command, env=environment, cwd=BASE_DIR, stderr=subprocess.PIPE) as child:
        while child.poll() is None:
            if time.monotonic() > deadline:
                child.kill()
            if holder is not None:
                holder.renew(FIELD)
            with suppress(subprocess.TimeoutExpired):
                child.wait(TTL / 10)
        assert child.stderr is not None
        assert child.returncode == -signal.SIGKILL, child.stderr.read().decode()


def agree(writer: Writer) -> bool:
    """Whether the field's key and its open lease tell the same."""
    (held,) = redis_locks.read_many([redis_locks.lock_key(writer.project.id, FIELD)])
    lease = Lease.objects.open().filter(project=writer.project, field=FIELD).first()
    if lease is None:
        return held is None
    return isinstance(held, redis_locks.HeldLock) and held.lease_id == lease.lease_id


def wait_for_agreement(writer: Writer) -> None:
    """Sweep as a living node does, until the key and the journal agree."""
    deadline = time.monotonic() + PATIENCE
    sweep_once()
    while not agree(writer):
        assert time.monotonic() < deadline, "the key and the journal still disagree"
        sweep_once()
        time.sleep(0.05)  # a living node's pause between two looks


def wait_until_taken(writer: Writer) -> Lock:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return writer.take(FIELD)
        except LockHeld:
            assert time.monotonic() < deadline, "the field stayed held by nobody alive"
            sweep_once()
            time.sleep(0.05)


@pytest.mark.parametrize("point", sorted(POINTS))
def test_the_world_is_whole_again_after_a_death(pair, process_environment, point: str):
    mara, daniel = pair
    held = None if point.startswith("acquire") else daniel.take(FIELD)
    dying = mara if point.startswith("take over") else daniel
    more = {"token": held.token if held else None, "to": str(mara.session)}

    die_at(point, dying, process_environment, holder=daniel if held else None, **more)
    wait_for_agreement(mara)

    # Whoever comes next gets the field, with a larger token, and can save under it.
    lock = wait_until_taken(mara)
    assert held is None or lock.token > held.token
    current = Draft.objects.of_project(mara.project.id).first()
    mara.save({FIELD: "whole again"}, lock, base=current.version_number if current else 0)
    assert Lease.objects.open().filter(project=mara.project, field=FIELD).count() == 1
    assert verify_chain(str(mara.project.id)).finding is None


def test_a_save_is_there_wholly_or_not_at_all(pair, process_environment):
    _, daniel = pair
    lock = daniel.take(FIELD)

    die_at("save: draft inserted", daniel, process_environment, holder=daniel, token=lock.token)
    assert not Draft.objects.filter(project=daniel.project).exists()

    die_at("save: committed", daniel, process_environment, holder=daniel, token=lock.token)
    assert Draft.objects.get(project=daniel.project).prompt_text == "saved"
