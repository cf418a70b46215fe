"""What goes through the hub about links: commits that wake them, ends of access, and what pages are shown."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

import realtime
from accounts.callers import foundry_caller
from audit.live import topic_of
from kernel.statements import ScalarQueries, Statement
from stages.registers.observers import AppliedBundle
from stages.replication.link.waking import News

# Every node follows it: any of them may have the link, or begin to dial.
TOPIC: Final = "replication.links"
EPHEMERALS: Final = {
    "sync.connected": ("site",),
    "sync.disconnected": ("site",),
    "sync.progress": ("site", "remaining"),
    "sync.changed": ("site",),
}

_HAS_PEERS: Final = "SELECT EXISTS (SELECT FROM replication_peer WHERE project_id = %s AND admitted_at IS NOT NULL)"
OBSERVER: Final = "replication"


def wake(project_id: UUID) -> None:
    """Have every link of a project look for all that may be new, and dial its sites at once, however often that failed.

    Callable from any thread and process, after the commit; never waits, never raises. What is lost on the way, links
    find by themselves.
    """
    _notify(project_id, dial=True)


def note_commit(project_id: UUID) -> None:
    """Have every link of a project look for bundles, and statements about keys, that were committed."""
    _notify(project_id, news=News.BUNDLES.value)


def note_wanted(project_id: UUID) -> None:
    """Have every link of a project look for contents that somebody asks for."""
    _notify(project_id, news=News.WANTED.value)


def note_checkpoint(_number: int) -> None:
    """A step of checkpoints: every link looks, once it is committed, whether it proves more of a record."""
    transaction.on_commit(partial(_notify, None, news=News.EVENTS.value), robust=True)


def close_links(project_id: UUID, key: str) -> None:
    """End the links with a site that is not admitted any more; every node looks each second, too."""
    _notify(project_id, close=key)


def show(project_id: UUID, name: str, **data: Any) -> None:
    """Show something about a link to everybody in the project."""
    realtime.send_ephemeral(topic=topic_of(project_id), name=name, actor=foundry_caller().user.person(), data=data)


def show_changed(project_id: UUID, key: str) -> None:
    """Show, once it is committed, that what is known of a site has changed: what it has, or an alarm about it."""
    transaction.on_commit(partial(show, project_id, "sync.changed", site=key), robust=True)


def wake_when_committed(bundle: AppliedBundle) -> Iterable[Statement]:
    """An observer of bundles: links learn of those of projects that have other sites."""
    if bundle.asked(OBSERVER) != (False,):
        transaction.on_commit(partial(note_commit, bundle.project_id), robust=True)
    return ()


def has_peers(project_id: UUID) -> ScalarQueries:
    """Whether a project has other sites: what the observer wants to have read."""
    return [_HAS_PEERS], [project_id]


def _notify(project_id: UUID | None, **wish: Any) -> None:
    project = {} if project_id is None else {"project": str(project_id)}
    realtime.notify(topic=TOPIC, text=json.dumps({**project, **wish}))
