"""How good the copy is: up to where home vouches for it, how old it is, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from audit.chain_verification.models import ChainVerification
from audit.models import project_chain
from kernel.errors import NotFound
from projects.models import Project, Status
from stages.replication.home.checkpoints import home_of
from stages.replication.home.services import OTHER_RECORD, WRONG_CONTENT
from stages.replication.link.alarms import current_alarm
from stages.replication.models import CopiedCheckpoint, CopiedEvent, Peer


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyState:
    """The copy of home's record, as it is here.

    `seq` is its newest event, recorded `at`; `verified` the newest one for which a checkpoint of home vouches. `as_of`
    is the moment up to which nothing is missing: when home last said what it has, or while events are to come, when the
    newest one was recorded. `fault` says what is wrong, and is empty where nothing is.
    """

    home: Peer
    seq: int
    at: datetime | None
    hash: str
    checkpoint: CopiedCheckpoint | None
    to_come: int
    fault: str

    @property
    def home_name(self) -> str:
        return str(self.home)

    @property
    def verified(self) -> int:
        return self.checkpoint.seq if self.checkpoint else 0

    @property
    def is_linked(self) -> bool:
        return self.home.is_admitted and self.home.connected_at is not None

    @property
    def as_of(self) -> datetime | None:
        return self.at if self.to_come else self.home.last_seen_at or self.at

    def as_json(self) -> dict[str, Any]:
        """As REST shows it."""
        return {
            "home": {"key": self.home.key_text, "name": self.home_name, "is_linked": self.is_linked},
            "seq": self.seq,
            "hash": self.hash,
            "recorded_at": self.at,
            "as_of": self.as_of,
            "to_come": self.to_come,
            "verified": self.verified,
            "checkpoint": self._checkpoint_json(),
            "fault": self.fault,
        }

    def _checkpoint_json(self) -> dict[str, Any] | None:
        if self.checkpoint is None:
            return None
        return {
            "number": self.checkpoint.number,
            "key": bytes(self.checkpoint.site_key).hex(),
            "made_at": self.checkpoint.made_at,
            "received_at": self.checkpoint.received_at,
        }


def require_replica(project: Project) -> None:
    """Raise `NotFound` for a project that is at home at this site."""
    if project.status != Status.REPLICA:
        raise NotFound(_("This project is at home at this site: there is no copy of its record."))


def state_of(project_id: UUID) -> CopyState:
    """The copy of a replica. Raises `NotFound` where no home is known."""
    home = home_of(project_id)
    if home is None:
        raise NotFound(_("This project is at home at this site: there is no copy of its record."))
    newest = CopiedEvent.objects.filter(project=project_id).order_by("-seq").defer("canonical").first()
    seq = newest.seq if newest else 0
    return CopyState(
        home=home,
        seq=seq,
        at=newest.at if newest else None,
        hash=bytes(newest.hash).hex() if newest else "",
        checkpoint=CopiedCheckpoint.objects.filter(project=project_id).order_by("-seq").first(),
        to_come=max(home.head_number - seq, 0),
        fault=_fault(project_id, home),
    )


def _fault(project_id: UUID, home: Peer) -> str:
    """What the last verification found, or what home itself showed."""
    alarm = current_alarm(home)
    if alarm.get("kind") in (OTHER_RECORD, WRONG_CONTENT):
        return str(alarm.get("detail", ""))
    chain = project_chain(project_id)
    verified = ChainVerification.objects.sealed([chain]).get(chain)
    return verified.problem if verified is not None else ""
