"""Inbox lines about what sites send each other, written in the transaction that notices it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.callers import foundry_caller
from audit.event_types import Facts, InboxLine, Text, register_inbox_lines
from notifications.models import Notification
from notifications.services import notify
from notifications.topics import MAIL_TOPICS, MailTopic
from projects.models import Member, Role
from stages.replication.admission.addresses import own_name
from stages.replication.admission.keys import own_keys
from stages.replication.choices import HeldReason
from stages.replication.models import Peer

logger = logging.getLogger(__name__)

TOPIC: Final = "sync"
# Names in one line; the rest is counted.
MAX_NAMES: Final = 3
SAID_AGAIN: Final = timedelta(hours=1)


def _sites_page(project_id: UUID | None, facts: Facts) -> str:
    address = reverse("replication:sites", args=[project_id])
    return f"{address}?site={facts['site']}" if facts.get("site") else address


def _site(facts: Facts) -> str:
    return str(facts["name"])


def _refused(facts: Facts) -> Text:
    if facts["reason"] == HeldReason.FORK:
        return _("{thing} has written two histories under one number; the link was closed")
    if facts["reason"] == HeldReason.BAD_SIGNATURE:
        return _("{thing} sent changes with a wrong signature; they are held back and the link was closed")
    return _("{thing} sent changes that are malformed; they are held back and the link was closed")


def _named(facts: Facts) -> str:
    """The names of records, and how many more there are."""
    names = ", ".join(map(str, facts["names"]))
    more = int(facts["more"])
    if not more:
        return names
    return ngettext("{names} and {n} more", "{names} and {n} more", more).format(names=names, n=f"{more:,}")


def _differing(facts: Facts) -> str:
    names = _named(facts) if facts["names"] else gettext("records")
    return gettext("{names} at {site}").format(names=names, site=facts["name"])


REFUSED: Final = InboxLine(
    "sync.refused",
    title="A site sent what cannot be believed",
    icon="shield-alert",
    mail=_("A site of a project of yours sent what cannot be believed"),
    sentence=_refused,
    thing=_site,
    link=_sites_page,
)
DIFFERS: Final = InboxLine(
    "sync.differs",
    title="Two sites differ",
    icon="triangle-alert",
    mail=_("Two sites of a project of yours differ"),
    sentence=_("The same changes have led to different records: {thing}"),
    thing=_differing,
    link=_sites_page,
)
CONFLICTS: Final = InboxLine(
    "sync.conflicts",
    title="Something of yours was also changed at another site",
    icon="git-merge",
    mail=_("Something of yours was also changed at another site"),
    sentence=_("While the sites were apart, others changed what you changed: {thing}"),
    thing=_named,
    link=lambda project_id, facts: reverse("registers:conflicts", args=[project_id]),
)
TOO_MANY_KEYS: Final = InboxLine(
    "sync.keys",
    title="A site certifies very many people",
    icon="shield-alert",
    mail=_("A site of a project of yours certifies very many people"),
    sentence=_("{thing} certifies so many people that further ones are left out; what they write is held back"),
    thing=_site,
    link=_sites_page,
)
LINES: Final = (REFUSED, DIFFERS, CONFLICTS, TOO_MANY_KEYS)


def register() -> None:
    """Make the lines known, and that they can be had by mail."""
    register_inbox_lines(*LINES)
    label = _("Sites differ or send what cannot be believed, or change what you changed")
    MAIL_TOPICS.register(TOPIC, MailTopic(label, position=56))


def notice_refused(*, project_id: UUID, site: str, reason: str, count: int = 1) -> None:
    """The site with this key sent bundles that are held as forged or malformed, or wrote a second history.

    For each site and reason once within `SAID_AGAIN`: whatever it sends, nobody's inbox is filled by it.
    """
    facts = {**_named_site(project_id, site), "reason": str(reason)}
    if not _is_said(project_id, REFUSED, site=site, reason=facts["reason"]):
        _to_owners(project_id, REFUSED, {**facts, "count": count})


def notice_differs(*, project_id: UUID, peer: Peer, names: Sequence[str] = ()) -> None:
    """A site has the same bundles and another state; `names` are those of what differs.

    Once within `SAID_AGAIN`, and once more when the names are known.
    """
    facts = {"site": peer.key_text, "name": str(peer), **_some_of(names)}
    named = {"is_named": True} if names else {}
    if not _is_said(project_id, DIFFERS, site=peer.key_text, **named):
        _to_owners(project_id, DIFFERS, {**facts, **named})


def notice_too_many_keys(*, project_id: UUID, site: str, most: int) -> None:
    """A site has certified, or revoked, more keys of people than are kept of one; once within `SAID_AGAIN`."""
    if not _is_said(project_id, TOO_MANY_KEYS, site=site):
        logger.warning("Site %s has certified or revoked %s keys: further ones are left out", site[:16], most)
        _to_owners(project_id, TOO_MANY_KEYS, {**_named_site(project_id, site), "most": most})


def notice_conflicts(*, project_id: UUID, conflicts: Collection[UUID]) -> None:
    """Conflicts were opened by what came from another site: to whoever wrote one of their tips with an account here."""
    from stages.replication.reading.conflicts import authors_of_tips

    for user_id, names in authors_of_tips(project_id, conflicts).items():
        _notify(project_id, CONFLICTS, [user_id], _some_of(names))


def _is_said(project_id: UUID, line: InboxLine, **facts: Any) -> bool:
    """Whether somebody's inbox has such a line about a site that is not old."""
    lines = Notification.objects.about(line.kind, project_id, facts)
    return lines.filter(created_at__gt=Now() - SAID_AGAIN).exists()


def _named_site(project_id: UUID, key: str) -> dict[str, str]:
    peer = Peer.objects.filter(project_id=project_id, key=bytes.fromhex(key)).only("name", "key").first()
    if peer is None and bytes.fromhex(key) in own_keys():
        return {"site": key, "name": own_name()}
    return {"site": key, "name": str(peer) if peer is not None else key[:16]}


def _some_of(names: Sequence[str]) -> dict[str, Any]:
    return {"names": list(names[:MAX_NAMES]), "more": max(0, len(names) - MAX_NAMES)}


def _to_owners(project_id: UUID, line: InboxLine, facts: dict[str, Any]) -> None:
    owners = Member.objects.filter(project_id=project_id, role=Role.OWNER, user__is_active=True)
    _notify(project_id, line, owners.values_list("user_id", flat=True), facts)


def _notify(project_id: UUID, line: InboxLine, recipients: Any, facts: dict[str, Any]) -> None:
    notify(caller=foundry_caller(), line=line, recipients=list(recipients), project_id=project_id, facts=facts)
