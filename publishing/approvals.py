"""Explains to people why they cannot approve."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from publishing.quorum import Approval, Quorum


def refusal(
    quorum: Quorum, *, person: UUID, meaning: str, given: Iterable[Approval], authors: Iterable[UUID]
) -> str | None:
    """The reason why this person cannot approve in this meaning, in words for them; None if they can."""
    is_author = person in set(authors)
    if Approval(person, meaning) in set(given):
        return _("You have already signed as {meaning}.").format(meaning=meaning)
    if meaning in quorum.not_by_authors and is_author:
        return _("An author cannot sign as {meaning}: this needs another person.").format(meaning=meaning)
    if meaning in quorum.only_by_authors and not is_author:
        return _("Only an author can sign as {meaning}.").format(meaning=meaning)
    return None
