"""Saying that something changed in a team: to every node, which says it to the sockets of those who may see it."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction

import realtime

TOPIC: Final = "fleet.changes"
CHANGED: Final = "fleet.changed"
NOTIFICATIONS: Final = {CHANGED: ("teams",), "fleet.following": ()}


def announce(team_ids: Collection[UUID]) -> None:
    """Say that stations, requests or directives of some teams changed: what is committed. Best effort, never waits."""
    if team_ids:
        realtime.notify(topic=TOPIC, text=json.dumps(sorted(map(str, team_ids))))


def note_change(team_id: UUID) -> None:
    """The same of one team, once the transaction is committed."""
    transaction.on_commit(partial(announce, (team_id,)), robust=True)


def teams_in(text: str) -> frozenset[UUID]:
    """The teams that a notice names."""
    return frozenset(map(UUID, json.loads(text)))
