"""All writes to inboxes and mail preferences.

`notify`, `resolve` and `remove` run in the transaction of another service's write, so that nobody is notified of
something that was rolled back. The other functions change a person's own inbox and preferences; these are private and
no record, so they have no event (docs/adr/0012).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from procrastinate.types import JSONDict

from accounts.callers import Caller
from accounts.rules import require_proof
from audit.event_types import INBOX_LINES, InboxLine
from audit.models import SITE_CHAIN, project_chain
from kernel.errors import NotFound, ValidationFailed
from kernel.transactions import write_transaction
from notifications.jobs import send_notification
from notifications.models import Notification, Preferences
from notifications.topics import MAIL_TOPICS, topic_of


def notify(
    *,
    caller: Caller,
    line: InboxLine,
    recipients: Iterable[UUID],
    project_id: UUID | None,
    facts: Mapping[str, Any],
    seq: int | None = None,
) -> None:
    """Put a line into people's inboxes, except the caller's own, in the transaction of the caller's write.

    The calling service chooses only recipients who may see the project; a line without a project is shown to its
    recipient whatever they may see. `facts` are ids and names, and what the caller says to the recipients
    (`reason`, `message`), never the content of a text. `seq` is the number of the
    event on the project's chain (on `site` without a project). Without `seq`, a recipient who has an unread line with
    the same facts from the same caller gets no second one.
    """
    if line.kind not in INBOX_LINES:
        raise LookupError(f"The inbox line {line.kind!r} is not registered: name it in an event type's `inbox`.")
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("notify must run inside the transaction of the write")
    wanted = set(recipients) - {caller.user.id}
    if seq is None:
        same = Notification.objects.about(line.kind, project_id, facts).unread().filter(actor=caller.user)
        wanted -= set(same.filter(recipient__in=wanted).values_list("recipient", flat=True))
    if not wanted:
        return
    rows = [
        Notification(
            recipient_id=recipient,
            project_id=project_id,
            kind=line.kind,
            actor=caller.user,
            chain=project_chain(project_id) if project_id else SITE_CHAIN,
            seq=seq,
            facts=dict(facts),
        )
        for recipient in sorted(wanted)
    ]
    Notification.objects.bulk_create(rows)
    _mail(line.kind, rows)


def resolve(
    *,
    line: InboxLine,
    project_id: UUID | None,
    facts: Mapping[str, Any],
    recipient: UUID | None = None,
    actor: UUID | None = None,
) -> None:
    """Mark lines as read because what they are about is dealt with: everybody's, or one recipient's or actor's."""
    rows = Notification.objects.about(line.kind, project_id, facts).unread()
    if recipient is not None:
        rows = rows.filter(recipient=recipient)
    if actor is not None:
        rows = rows.filter(actor=actor)
    rows.update(read_at=Now())


def remove(*, line: InboxLine, project_id: UUID | None, facts: Mapping[str, Any]) -> None:
    """Remove lines about something that leaves no trace, such as a private proposal that is discarded."""
    Notification.objects.about(line.kind, project_id, facts).delete()


def mark_read(*, caller: Caller, notification_id: UUID) -> Notification:
    """Mark one line of the caller's own inbox as read. Raises `NotFound`, also for somebody else's."""
    with write_transaction():
        own = Notification.objects.of(caller.user).with_people().filter(pk=notification_id)
        Notification.objects.filter(pk__in=own.values("pk")).unread().update(read_at=Now())
        found = own.first()
    if found is None:
        raise NotFound(_("Notification not found."))
    return found


def mark_all_read(*, caller: Caller, until: UUID | None = None) -> int:
    """Mark the caller's inbox as read, up to the line `until` if it is set. Returns how many lines were unread."""
    with write_transaction():
        rows = Notification.objects.filter(recipient=caller.user).unread()
        return (rows.filter(pk__lte=until) if until else rows).update(read_at=Now())


def set_preferences(*, caller: Caller, topics: Iterable[str], address: str = "") -> Preferences:
    """Choose which topics the caller also receives by mail, and at which address.

    Raises `ValidationFailed`, and `ReauthenticationNeeded` for a new address: it would receive all future mails.
    """
    wanted = sorted(set(topics))
    address = address.strip()
    errors: dict[str, list[str]] = {}
    if not set(wanted) <= MAIL_TOPICS.keys():
        errors["topics"] = [_("Must be one of {values}.").format(values=", ".join(MAIL_TOPICS))]
    if address and not _is_address(address):
        errors["address"] = [_("This is not an e-mail address.")]
    if wanted and not address and not caller.user.email:
        errors["address"] = [_("Give an address for the mails.")]
    if errors:
        raise ValidationFailed(errors)
    kept = Preferences.objects.filter(user=caller.user).values_list("address", flat=True).first()
    if address != (kept or ""):
        require_proof(caller)
    with write_transaction():
        preferences, _is_new = Preferences.objects.update_or_create(
            user=caller.user, defaults={"topics": wanted, "address": address}
        )
    return preferences


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _mail(kind: str, rows: list[Notification]) -> None:
    """Queue mails for the recipients who chose them: the jobs commit together with the rows."""
    if not settings.FOUNDRY_SENDS_MAIL:
        return
    people = [row.recipient_id for row in rows]
    wanting = set(
        Preferences.objects.filter(user__in=people, topics__contains=[topic_of(kind)]).values_list("user", flat=True)
    )
    if wanting:
        jobs: list[JSONDict] = [{"notification_id": str(row.id)} for row in rows if row.recipient_id in wanting]
        send_notification.batch_defer(*jobs)
