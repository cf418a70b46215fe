"""`bundles.push`, from the side that receives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.errors import ValidationFailed
from stages.replication.choices import HeldReason
from stages.replication.ingest.services import CloseReason, ingest_bundles
from stages.replication.ingest.wire import read_wire
from stages.replication.link.alarms import raise_fork
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.heads import held_of, newest_of
from stages.replication.link.live import note_commit
from stages.replication.link.messages import BundlesPush
from stages.replication.link.methods import Answer, BadContent, Remote, read_params
from stages.replication.link.services import note_push
from stages.replication.models import HeldBundle

_CODES: Final = {CloseReason.BAD_CONTENT: LinkClose.BAD_CONTENT, CloseReason.TOO_MANY: LinkClose.TOO_MANY}


def take_bundles(remote: Remote, params: Mapping[str, Any]) -> Answer:
    """Take in what a site sends, or hold it, and answer what is here by now."""
    push = read_params(params, BundlesPush)
    try:
        bundles = [read_wire(each) for each in push.bundles]
        taken = ingest_bundles(project_id=remote.project_id, peer_key=remote.peer_key, bundles=bundles, keys=push.keys)
    except ValidationFailed as error:
        raise BadContent(str(error.errors)) from None
    _note_forks(remote, taken.held)
    if taken.close is not None:
        raise LinkClosed(_CODES[taken.close], "what it sends cannot be taken in")
    note_push(remote.peer_id, newest=newest_of(bundles), remaining=push.remaining)
    if taken.accepted or taken.statements:
        # To the other sites, and to this one what it means: that its bundles are here. A key that was revoked goes on
        # although no bundle does.
        note_commit(remote.project_id)
    return Answer({"clock": taken.clock, "held": held_of(remote.project_id)})


def _note_forks(remote: Remote, held: Sequence[HeldBundle]) -> None:
    """Raise the alarm about chains of which signed bundles came that are others than ours, for each at the first."""
    forks = [(bytes(each.site_key).hex(), each.number) for each in held if each.reason == HeldReason.FORK]
    for site in {site for site, _number in forks}:
        raise_fork(remote.peer_id, site=site, number=min(number or 0 for each, number in forks if each == site))
