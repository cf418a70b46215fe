"""Mails: who did what in which project, and a link. They hold no content of texts, since they leave the server."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.event_types import INBOX_LINES
from kernel.invisible import one_line
from notifications.models import Notification, Preferences


def send(notification_id: UUID | str) -> None:
    """Mail a notification if it is unread, its recipient may still see it and has chosen its topic."""
    row = Notification.objects.with_people().select_related("recipient").filter(pk=notification_id).first()
    if row is None or not row.recipient.is_active or row.kind not in INBOX_LINES:
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
    """Who did what, and in which project."""
    sentence = _sentence(row)
    return f"{sentence} · {one_line(row.project.name)}" if row.project else sentence


def body(row: Notification) -> str:
    """The sentence, the project, a link to the page, and how to stop these mails."""
    link = settings.FOUNDRY_ORIGIN + reverse("workspace:open_notification", args=[row.id])
    account = settings.FOUNDRY_ORIGIN + reverse("workspace:account")
    lines = [
        f"{_sentence(row)}.",
        _("Project: {name}").format(name=one_line(row.project.name)) if row.project else "",
        "",
        link,
        "",
        "-- ",
        _("You get this e-mail because you asked for it on your account page: {address}").format(address=account),
    ]
    return "\n".join(lines) + "\n"


def _sentence(row: Notification) -> str:
    return str(INBOX_LINES[row.kind].mail).format(name=one_line(row.actor.display_name))
