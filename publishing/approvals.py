"""Explains to people why they cannot approve."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.quorum import Approval, Quorum

# Who signs in a meaning, as the buttons call them.
SIGNERS = {
    "authored": gettext_lazy("author"),
    "reviewed": gettext_lazy("reviewer"),
    "approved": gettext_lazy("approver"),
}


def refusal(
    quorum: Quorum, *, person: UUID, meaning: str, given: Iterable[Approval], authors: Iterable[UUID]
) -> str | None:
    """The reason why this person cannot approve in this meaning, in words for them; None if they can."""
    is_author = person in set(authors)
    signer = SIGNERS.get(meaning, meaning)
    if Approval(person, meaning) in set(given):
        return _("You have already signed as {signer}.").format(signer=signer)
    if meaning in quorum.not_by_authors and is_author:
        return _("An author cannot sign as {signer}: this needs another person.").format(signer=signer)
    if meaning in quorum.only_by_authors and not is_author:
        return _("Only an author can sign as {signer}.").format(signer=signer)
    return None
