"""Sites as links leave them behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from projects.models import Project
from stages.replication.choices import HeldReason
from stages.replication.models import HeldBundle, Peer

MakePeer = Callable[..., Peer]


@pytest.fixture
def make_peer(db: None, project: Project) -> MakePeer:
    """An admitted site of the project."""

    def make(name: str = "Basel", **facts: Any) -> Peer:
        given = {"key": uuid4().bytes * 2, "name": name, "admitted_at": timezone.now()}
        return Peer.objects.create(project=project, **{**given, **facts})

    return make


def hold(project: Project, reason: HeldReason, **facts: Any) -> HeldBundle:
    """A bundle that waits."""
    given = {"site_key": bytes(32), "hash": uuid4().bytes * 2, "text": "{}", "sender": bytes(32)}
    since = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    return HeldBundle.objects.create(project=project, reason=reason, since=since, **{**given, **facts})
