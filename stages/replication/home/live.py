"""What the copied record sends to the sockets of its project, beside events."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from accounts.models import User
from audit.live import topic_of
from realtime.publishing import send_ephemeral

RECORD: Final = "record.arrived"
CONTENT: Final = "blob.available"
EPHEMERALS: Final = {RECORD: ("seq",), CONTENT: ("sha256", "blake3")}


def announce_record(project_id: UUID, seq: int) -> None:
    """Say to everybody who has a page of the replica open that its copy now goes to event `seq`."""
    _send(project_id, RECORD, {"seq": seq})


def announce_content(project_id: UUID, kind: str, digest: str) -> None:
    """Say that a text or file that somebody asked for is here."""
    _send(project_id, CONTENT, {kind: digest})


def _send(project_id: UUID, name: str, data: dict[str, object]) -> None:
    actor = User.objects.foundry().person()
    send_ephemeral(topic=topic_of(project_id), name=name, actor=actor, data=data)
