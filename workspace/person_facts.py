"""What apps know of accounts, for the list of people and for closing one. Apps register theirs.

    PERSON_SUMMARIES.register("teams", roles_in_teams)
    CLOSING_NOTES.register("stations", stations_that_end)

What needs more room is a section of the person's page (`workspace.sections.PERSON_SECTIONS`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from accounts.models import User
from kernel.registry import Registry

# The line of each account in the list, such as "3 projects", by a fixed number of queries; none where there is nothing.
PERSON_SUMMARIES: Final = Registry[Callable[[Collection[UUID]], Mapping[UUID, str]]]("summary of an account")

# What closing the account ends or leaves, in sentences, before somebody confirms it.
CLOSING_NOTES: Final = Registry[Callable[[User], Iterable[str]]]("note on closing an account")


def summaries_of(ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The lines of all apps for each account."""
    found: dict[UUID, list[str]] = {user_id: [] for user_id in ids}
    for summary in PERSON_SUMMARIES.values():
        for user_id, words in summary(ids).items():
            found[user_id].append(words)
    return found


def closing_notes(user: User) -> list[str]:
    """What all apps say about closing the account."""
    return [words for notes in CLOSING_NOTES.values() for words in notes(user)]
