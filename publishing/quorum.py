"""Whether enough different people have approved: pure rules over people and meanings, whatever is being approved.

Also a part of the verifier that every bundle carries: imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# What a release needs where nobody has set a policy.
DEFAULT_RULES: Mapping[str, Any] = {
    "signatures": {"authored": 1, "reviewed": 1, "approved": 1},
    "distinct_people": 3,
    "author_may_approve": False,
    "open_comments": "warn",
    "open_tasks": "warn",
}


@dataclass(frozen=True)
class Quorum:
    """What a decision needs.

    `people`: how many different people must approve in each meaning. `distinct`: how many different people there must
    be over all meanings, so that three meanings can ask for three people. An author is who made what is decided on.
    """

    people: Mapping[str, int]
    distinct: int = 0
    only_by_authors: frozenset[str] = frozenset()
    not_by_authors: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Approval:
    """One person's act, in one meaning."""

    person: Hashable
    meaning: str


@dataclass(frozen=True)
class ApprovalProgress:
    """What is still missing: people by meaning (only the meanings that miss some), and different people overall."""

    missing: dict[str, int] = field(default_factory=dict)
    distinct_missing: int = 0

    @property
    def met(self) -> bool:
        """Whether the decision is taken."""
        return not self.missing and not self.distinct_missing


def approval_progress(quorum: Quorum, *, given: Iterable[Approval], authors: Iterable[Hashable]) -> ApprovalProgress:
    """Which approvals are still missing. One that its giver was not allowed to give does not count."""
    counted = _counted(quorum, given, frozenset(authors))
    missing = {
        meaning: wanted - len(counted.get(meaning, ()))
        for meaning, wanted in quorum.people.items()
        if len(counted.get(meaning, ())) < wanted
    }
    return ApprovalProgress(missing, max(0, quorum.distinct - _max_distinct(quorum.people, counted)))


def quorum_of_rules(rules: Mapping[str, Any], *, authors_sign: bool) -> Quorum:
    """A project's policy, as JSON. Where no author is a person (agents never sign), any editor may sign for them."""
    return Quorum(
        people=rules["signatures"],
        distinct=rules["distinct_people"],
        only_by_authors=frozenset({"authored"} if authors_sign else ()),
        not_by_authors=frozenset(() if rules["author_may_approve"] else {"approved"}),
    )


def fault_in_released(quorum: Quorum, *, given: Iterable[Approval], authors: Iterable[Hashable]) -> str | None:
    """Why something cannot have been released by these approvals; None where it can."""
    if not sum(quorum.people.values()):
        return "its policy asks for no signature, which no policy can"
    met = approval_progress(quorum, given=given, authors=authors).met
    return None if met else "it lacks signatures that its policy asked for"


def fault_in_gates(rules: Mapping[str, Any], facts: Mapping[str, Any]) -> str | None:
    """Why a release cannot have passed the gates of its policy with these facts, by gate; None where it can."""
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
    """The most different people with whom the places can be filled, one person a place: a maximum matching.

    Counting the signers would not do: somebody who is needed in two meanings fills one place of the two.
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
