"""The events of the trail itself: reviews, checkpoints, keys."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.event_types import EventContext, EventType, Text


def _reviewed(context: EventContext) -> str:
    data = context.data
    words = (
        _("Events {first} to {last}, with findings") if data["findings"] else _("Events {first} to {last}, no findings")
    )
    return words.format(first=data["from_seq"], last=data["to_seq"])


def _checkpoint_made(context: EventContext) -> str:
    count = context.data["chains"]
    words = ngettext("Checkpoint {number} of {n} chain", "Checkpoint {number} of {n} chains", count)
    return words.format(number=context.data["number"], n=count)


def _checkpoint_stamped(context: EventContext) -> str:
    data = context.data
    return _("Checkpoint {number}, by {authority}").format(number=data["number"], authority=data["authority"])


def _key_added(context: EventContext) -> str:
    short = f"{context.data['fingerprint'][:8]}…"
    if context.data.get("endorsement"):
        return _("Key {fingerprint}, endorsed by the key before it").format(fingerprint=short)
    return _("Key {fingerprint}").format(fingerprint=short)


def _secrets_rotated(context: EventContext) -> str:
    count = context.data["count"]
    words = ngettext("{n} secret encrypted with the newest key", "{n} secrets encrypted with the newest key", count)
    return words.format(n=count)


GROUPS: Final[dict[str, Text]] = {
    "audit": gettext_lazy("Reviews of the trail"),
    "checkpoint": gettext_lazy("Checkpoints"),
    "secrets": gettext_lazy("Stored secrets"),
    "site": gettext_lazy("Sites and keys"),
}
EVENTS: Final = (
    # Who reviewed up to where is for everybody; what they found is for auditors.
    EventType(
        "audit.reviewed",
        chain="any",
        live=("from_seq", "to_seq"),
        words=_reviewed,
        sentence=gettext_lazy("{name} reviewed the audit trail"),
        icon="shield-check",
        kind="project",
    ),
    EventType(
        "checkpoint.made",
        chain="site",
        words=_checkpoint_made,
        sentence=gettext_lazy("{name} made a checkpoint: {thing}"),
    ),
    EventType(
        "checkpoint.stamped",
        chain="site",
        words=_checkpoint_stamped,
        sentence=gettext_lazy("{name} had a checkpoint timestamped: {thing}"),
    ),
    EventType("site.key_added", chain="site", words=_key_added, sentence=gettext_lazy("{name} added a key: {thing}")),
    EventType(
        "secrets.rotated",
        chain="site",
        words=_secrets_rotated,
        sentence=gettext_lazy("{name} encrypted secrets again: {thing}"),
    ),
)
