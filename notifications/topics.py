"""What a person can have by mail: kinds of inbox lines, several at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from audit.event_types import Text
from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class MailTopic:
    """One choice of the account page; its name is the word before the dot of its kinds."""

    label: Text
    position: float


MAIL_TOPICS: Final = Registry[MailTopic]("topic of mails")


def topic_of(kind: str) -> str:
    """The topic of a kind of inbox lines."""
    return kind.partition(".")[0]
