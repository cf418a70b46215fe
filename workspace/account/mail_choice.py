"""The mails of a person, as their account page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from accounts.models import User
from notifications.models import Preferences
from notifications.topics import MAIL_TOPICS


@dataclass(frozen=True, slots=True)
class MailChoice:
    """The chosen topics and the address; empty: the account's own."""

    user: User
    chosen: Sequence[str]
    address: str

    @classmethod
    def of(cls, user: User) -> MailChoice:
        """The stored choice; no topics if the person never chose."""
        kept = Preferences.objects.filter(user=user).first()
        return cls(user, kept.topics, kept.address) if kept else cls(user, (), "")

    @property
    def is_offered(self) -> bool:
        """Whether the operator has named a mail server."""
        return bool(settings.FOUNDRY_SENDS_MAIL)

    @property
    def topics(self) -> list[tuple[str, str, bool]]:
        """Each topic with its words, and whether it is chosen."""
        return [(name, str(topic.label), name in self.chosen) for name, topic in MAIL_TOPICS.items()]
