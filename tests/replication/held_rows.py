"""Rows of the permission matrix: what is held."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from accounts.callers import Caller
from projects.models import Project
from stages.replication.choices import HeldReason
from stages.replication.held.services import discard_held
from stages.replication.models import HeldBundle
from tests.matrix import OPEN, OTHER, OWNERS, Row

ONE: Final = "held/{held}/"
WHY: Final = {"reason": "They were at the plant"}
REST: Final = (
    Row("api_held", "GET", "held/", 200),
    # What is held here says nothing that anybody could let in, or enter again.
    Row("api_held_release", "POST", f"{ONE}release/", "conflict", OWNERS, body=WHY),
    Row("api_held_re_enter", "POST", f"{ONE}re-enter/", "conflict", OWNERS, OPEN),
    Row("api_held_discard", "POST", f"{ONE}discard/", 200, OWNERS, body=WHY),
    Row("api_held_discard", "POST", f"held/{OTHER}/discard/", "not_found", OWNERS, body=WHY),
)


def furnish(project: Project, caller: Caller) -> None:
    """A bundle that is held, of a site that was revoked; nobody can read what it says."""
    make_held(project)


def make_held(project: Project) -> HeldBundle:
    key = sha256(b"a site").digest()
    return HeldBundle.objects.create(
        project=project,
        site_key=key,
        number=1,
        hash=sha256(str(project.id).encode()).digest(),
        text='{"header":"{}","operations":[]}',
        reason=HeldReason.REVOKED,
        sender=key,
        since=timezone.now(),
    )


def things_in(project: Project) -> dict[str, UUID]:
    found = HeldBundle.objects.filter(project=project).first()
    return {"held": found.id} if found is not None else {}


def _discarding(world: Any) -> Callable[[Caller], Any]:
    held = make_held(world.review.project)
    return partial(_discard, held.id)


def _discard(held_id: UUID, caller: Caller) -> Any:
    return discard_held(caller=caller, held_id=held_id, reason="Nobody wants it")


REPEATS = (("held.decide", _discarding),)
