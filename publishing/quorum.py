"""Decides whether enough different people have approved: pure functions, independent of what is approved.

This module is also joined into the `verify.py` of every bundle, so it imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# The policy of a project for which none has been set.
DEFAULT_RULES: Mapping[str, Any] = {
    "signatures": {"authored": 1, "reviewed": 1, "approved": 1},
    "distinct_people": 3,
    "author_may_approve": False,
    "open_comments": "warn",
    "open_tasks": "warn",
}


@dataclass(frozen=True)
class Quorum:
    """The approvals that a decision needs.

    `people`: how many different people must approve in each meaning. `distinct`: how many different people must approve
    over all meanings, so that three meanings can require three people. An author is a person who made the content.
    """

    people: Mapping[str, int]
    distinct: int = 0
    only_by_authors: frozenset[str] = frozenset()
    not_by_authors: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Approval:
    """The approval of one person in one meaning."""

    person: Hashable
    meaning: str


@dataclass(frozen=True)
class ApprovalProgress:
    """What is still missing: people by meaning (only incomplete meanings), and different people overall."""

    missing: dict[str, int] = field(default_factory=dict)
    distinct_missing: int = 0

    @property
    def met(self) -> bool:
        """Whether no approval is missing."""
        return not self.missing and not self.distinct_missing


def approval_progress(quorum: Quorum, *, given: Iterable[Approval], authors: Iterable[Hashable]) -> ApprovalProgress:
    """The approvals that are still missing. One by a person who was not allowed to give it does not count."""
    counted = _counted(quorum, given, frozenset(authors))
    missing = {
        meaning: wanted - len(counted.get(meaning, ()))
        for meaning, wanted in quorum.people.items()
        if len(counted.get(meaning, ())) < wanted
    }
    return ApprovalProgress(missing, max(0, quorum.distinct - _max_distinct(quorum.people, counted)))


def quorum_of_rules(rules: Mapping[str, Any], *, authors_sign: bool) -> Quorum:
    """The quorum of a policy in JSON. If no author is a person (agents never sign), any editor may sign `authored`."""
    return Quorum(
        people=rules["signatures"],
        distinct=rules["distinct_people"],
        only_by_authors=frozenset({"authored"} if authors_sign else ()),
        not_by_authors=frozenset(() if rules["author_may_approve"] else {"approved"}),
    )


def fault_in_released(quorum: Quorum, *, given: Iterable[Approval], authors: Iterable[Hashable]) -> str | None:
    """Why these approvals do not suffice for a release, or None if they do."""
    if not sum(quorum.people.values()):
        return "its policy asks for no signature, which no policy can"
    met = approval_progress(quorum, given=given, authors=authors).met
    return None if met else "it lacks signatures that its policy asked for"


def fault_in_gates(rules: Mapping[str, Any], facts: Mapping[str, Any]) -> str | None:
    """Why a release with these facts, by gate, cannot have passed the gates of its policy, or None if it can."""
    missing = sorted(set(rules.get("gates", {})) - set(facts))
    return f"it says nothing of the gate {missing[0]}, which its policy asks for" if missing else None


def _counted(quorum: Quorum, given: Iterable[Approval], authors: frozenset[Hashable]) -> dict[str, set[Hashable]]:
    counted: dict[str, set[Hashable]] = {}
    for approval in given:
        is_author = approval.person in authors
        barred = quorum.not_by_authors if is_author else quorum.only_by_authors
        if approval.meaning not in barred:
            counted.setdefault(approval.meaning, set()).add(approval.person)
    return counted


def _max_distinct(people: Mapping[str, int], counted: Mapping[str, set[Hashable]]) -> int:
    """How many places can be filled with different people, one person per place: the size of a maximum matching.

    Counting the signers is not enough: a person who signed in two meanings can fill only one place.
    """
    places = [meaning for meaning, wanted in people.items() for _ in range(wanted)]
    filled_by: dict[Hashable, int] = {}

    def fill(place: int, tried: set[Hashable]) -> bool:
        for person in sorted(counted.get(places[place], ()), key=str):
            if person not in tried:
                tried.add(person)
                if person not in filled_by or fill(filled_by[person], tried):
                    filled_by[person] = place
                    return True
        return False

    return sum(fill(place, set()) for place in range(len(places)))
