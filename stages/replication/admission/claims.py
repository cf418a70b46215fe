"""What other sites say to have accepted of one that is revoked: it counts only where bundles lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.models import Event
from stages.replication.admission.cuts import Cut, own_head, read_cut
from stages.replication.admission.events import REVOKED
from stages.replication.admission.succession import changes_of
from stages.replication.choices import Rights
from stages.replication.models import Peer


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """That the site with the key `by` had accepted the chain of a revoked one up to `cut`."""

    cut: Cut
    by: str

    def as_data(self) -> dict[str, Any]:
        """As events hold it."""
        return {**self.cut.as_data(), "by": self.by}


def claims_about(project_id: UUID, key: bytes) -> list[Claim]:
    """What sites that stay say of one that is being revoked, beyond what this site has of it, the nearest first."""
    head, found = own_head(project_id, key), dict[Cut, str]()
    for peer in _believable(project_id).exclude(key=key).order_by("id"):
        for cut in (*_head_in(peer, key.hex()), *_reported_by(peer, key.hex())):
            if cut.number > head.number:
                found.setdefault(cut, peer.key_text)
    return sorted(Claim(cut, by) for cut, by in found.items())


def open_claims(project_id: UUID) -> dict[str, list[Claim]]:
    """What was said of each revoked site when it was revoked, and has been reported since, the nearest first.

    Of a key that was replaced its own site has said where its bundles end.
    """
    revoked = {each.key_text for each in Peer.objects.filter(project=project_id, revoked_at__isnull=False)}
    if not revoked:
        return {}
    revoked -= {str(event.data["before"]) for event in changes_of(project_id)}
    then: dict[str, list[Claim]] = {}
    for event in Event.objects.of_project(project_id).filter(action=REVOKED):
        then[event.data["site"]] = list(_claims_in(event.data))
    peers = list(_believable(project_id))
    since = {key: [Claim(cut, peer.key_text) for peer in peers for cut in _reported_by(peer, key)] for key in revoked}
    return {key: sorted({*then.get(key, []), *since[key]}) for key in revoked}


def _believable(project_id: UUID) -> QuerySet[Peer]:
    """Sites on whose word a chain may go on: a site that may only read moves nothing here."""
    admitted = Peer.objects.filter(project=project_id, admitted_at__isnull=False, revoked_at=None)
    return admitted.filter(Q(rights=Rights.WRITES) | Q(is_home=True))


def _head_in(peer: Peer, key: str) -> Iterator[Cut]:
    """What a site says in its clock, `[hlc, number, hash]`; whatever is no head is left out."""
    head = peer.clock.get(key) if isinstance(peer.clock, dict) else None
    if isinstance(head, list) and len(head) == 3:
        yield from _cuts({"number": head[1], "hash": head[2]})


def _reported_by(peer: Peer, key: str) -> Iterator[Cut]:
    said = peer.revocations.get(key)
    if said is not None:
        yield from _cuts({"number": said["number"], "hash": said["hash"]})


def _claims_in(data: dict[str, Any]) -> Iterator[Claim]:
    for each in data.get("claims", []):
        for cut in _cuts({"number": each["number"], "hash": each["hash"]}):
            yield Claim(cut, each["by"])


def _cuts(value: dict[str, Any]) -> Iterator[Cut]:
    cut = read_cut(value)
    if cut is not None:
        yield cut
