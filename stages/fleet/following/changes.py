"""Saying that something changed in a team: to every node, which says it to the sockets of those who may see it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction

import realtime

TOPIC: Final = "fleet.changes"
CHANGED: Final = "fleet.changed"
NOTIFICATIONS: Final = {CHANGED: ("teams",), "fleet.following": ()}


def note_change(team_ids: Iterable[UUID]) -> None:
    """Say after the commit that stations, requests or directives of some teams changed. Best effort."""
    text = json.dumps(sorted({str(team_id) for team_id in team_ids}))
    transaction.on_commit(partial(realtime.notify, topic=TOPIC, text=text), robust=True)


def teams_in(text: str) -> frozenset[UUID]:
    """The teams that a notice names."""
    return frozenset(map(UUID, json.loads(text)))
