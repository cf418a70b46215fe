"""What versions were made from, such as a proposal, for all rows of a page at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from drafts.models import Draft
from drafts.origins import ORIGINS, written_by


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """The origin of a version: `Accepted P1 by Mara`, its page, and `written by Ed, with an agent`."""

    words: str
    href: str
    written: str


def made_from(drafts: Iterable[Draft | None]) -> dict[UUID, MadeFrom]:
    """The origin of each version that has one, by the version's id.

    One query for each type of them and one for the people, none without such versions.
    """
    known = {draft.id: draft for draft in drafts if draft is not None and (draft.origin or {}).get("type") in ORIGINS}
    if not known:
        return {}
    origins = {identity: draft.origin or {} for identity, draft in known.items()}
    ids = defaultdict[str, set[str]](set)
    for origin in origins.values():
        ids[origin["type"]].add(origin["id"])
    pages = {kind: ORIGINS[kind].pages(wanted) for kind, wanted in ids.items()}
    people = {each["id"] for origin in origins.values() for each in origin["contributors"]} - {None}
    users = {str(user.id): user.person() for user in User.objects.filter(pk__in=people)}
    found = {}
    for identity, origin in origins.items():
        page = pages[origin["type"]].get(origin["id"])
        if page is not None:
            words = str(ORIGINS[origin["type"]].made).format(source=page.name, name=known[identity].author.display_name)
            wrote = [users[each["id"]] for each in _by_share(origin["contributors"])]
            found[identity] = MadeFrom(words, page.href, written_by(wrote))
    return found


def _by_share(contributors: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The people among them, who wrote most first."""
    people = [each for each in contributors if each["id"] is not None]
    return sorted(people, key=lambda each: -(each["characters"] or 0))
