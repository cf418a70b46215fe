"""Whether this person can approve, and if not, why: in words for them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from publishing.quorum import Approval, Quorum


def refusal(
    quorum: Quorum, *, person: UUID, meaning: str, given: Iterable[Approval], authors: Iterable[UUID]
) -> str | None:
    """Why this person cannot approve in this meaning, in words for them; None where they can."""
    is_author = person in set(authors)
    if Approval(person, meaning) in set(given):
        return f"You have signed {meaning} already."
    if meaning in quorum.not_by_authors and is_author:
        return f"An author cannot sign {meaning}: that takes somebody else's eyes."
    if meaning in quorum.only_by_authors and not is_author:
        return f"Only an author can sign {meaning}."
    return None
