"""Threads that hang on something else than a version: what an app above says of them.

register_rounds(RoundThreads(...))  # in ready()
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from drafts.comments.models import Comment


@dataclass(frozen=True, slots=True)
class RoundThreads:
    """What the app of rounds knows of the threads on them.

    - `facts(thread)`: the members of their events besides those of all comments;
    - `bodies(threads)`: threads and their replies as REST shows them, at their places in the newest round;
    - `people(thread)`: who is notified of each new comment.
    """

    facts: Callable[[Comment], dict[str, Any]]
    bodies: Callable[[Sequence[Comment]], list[dict[str, Any]]]
    people: Callable[[Comment], set[UUID]]


_registered: Final[list[RoundThreads]] = []


def register_rounds(threads: RoundThreads) -> None:
    """Say what threads on rounds are about; for the one app whose rounds `Comment.round_id` names."""
    _registered[:] = [threads]


def rounds() -> RoundThreads:
    """What the app of the rounds has registered."""
    return _registered[0]


def facts_of_thread(thread: Comment) -> dict[str, Any]:
    """What the events of a thread say of its place."""
    facts = {"thread_id": str(thread.id), "version": None, "target_field": thread.field}
    if thread.round_id is not None:
        return {**facts, **rounds().facts(thread)}
    return {**facts, "version": thread.on_draft.version_number}
