"""The mails: who did what in which project, and a link. Nothing of any text, since a mail goes beyond our walls."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.invisible import one_line
from notifications.models import Kind, Notification, Preferences


def send(notification_id: UUID | str) -> None:
    """Mail a notification to its recipient, if they still want it: not read, not shut out, and of a chosen topic."""
    row = Notification.objects.with_people().select_related("recipient").filter(pk=notification_id).first()
    if row is None or not row.recipient.is_active:
        return
    if not Notification.objects.of(row.recipient).unread().filter(pk=row.pk).exists():
        return
    choice = Preferences.objects.filter(user=row.recipient).first()
    address = choice and (choice.address or row.recipient.email)
    if not choice or not address or row.topic not in choice.topics:
        return
    mail = EmailMessage(
        subject=subject(row),
        body=body(row),
        to=[address],
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    mail.send()


def subject(row: Notification) -> str:
    """One line: who did what, and where."""
    words = _sentence(row)
    return f"{words} · {one_line(row.project.name)}" if row.project else words


def body(row: Notification) -> str:
    """The same, where it can be read, and how to have no more of these."""
    link = settings.FOUNDRY_ORIGIN + reverse("workspace:open_notification", args=[row.id])
    account = settings.FOUNDRY_ORIGIN + reverse("workspace:account")
    lines = [
        f"{_sentence(row)}.",
        _("Project: {name}").format(name=one_line(row.project.name)) if row.project else "",
        "",
        link,
        "",
        "-- ",
        _("Foundry sends this because you chose it in your account: {address}").format(address=account),
    ]
    return "\n".join(lines) + "\n"


def _sentence(row: Notification) -> str:
    sentences = {
        Kind.LOCK_REQUESTED: _("{name} asks you for a field"),
        Kind.LOCK_TAKEN_OVER: _("{name} took over your field"),
        Kind.MENTIONED: _("{name} mentioned you in a comment"),
        Kind.ANSWERED: _("{name} answered in a thread of yours"),
        Kind.TASK_ASSIGNED: _("{name} gave you a task"),
        Kind.RELEASE_SUBMITTED: _("{name} asks for your signature on a release"),
        Kind.RELEASE_SIGNED: _("{name} signed a release of yours"),
        Kind.RELEASE_RELEASED: _("{name} completed a release of yours"),
        Kind.RELEASE_REJECTED: _("{name} sent a release of yours back"),
        Kind.RELEASE_WITHDRAWN: _("{name} withdrew a release"),
        Kind.MEMBER_ADDED: _("{name} added you to a project"),
        Kind.ROLE_CHANGED: _("{name} changed your role"),
    }
    return sentences[Kind(row.kind)].format(name=one_line(row.actor.display_name))
