"""Held bundles as the page lists them: why, in a word and in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stages.replication.choices import HeldReason
from stages.replication.pages.sites_query import HELD_LIST, SitesQuery
from stages.replication.reading.held import Held, HeldBack
from stages.replication.reading.site import short_key


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in a word, with its icon, and in a sentence; `is_bad` are those that an honest site does not give."""

    label: Promise
    icon: str
    words: Promise
    is_bad: bool = False


WHYS: Final[Mapping[str, Why]] = {
    HeldReason.FUTURE: Why(_("Clock ahead"), "clock", _("Its clock is ahead")),
    HeldReason.UNKNOWN_SITE: Why(_("Unknown site"), "circle-question-mark", _("Its site is not admitted here")),
    HeldReason.UNKNOWN_KEY: Why(_("Unknown key"), "key-round", _("Its site has not certified who signed it")),
    HeldReason.READ_ONLY: Why(_("Reads only"), "eye", _("Its site may only read")),
    HeldReason.REVOKED: Why(_("Revoked"), "shield-x", _("Written after its site or its author was revoked"), True),
    HeldReason.FORK: Why(
        _("Two histories"), "git-branch", _("Its site has written another bundle under its number"), True
    ),
    HeldReason.BAD_SIGNATURE: Why(_("Wrong signature"), "shield-alert", _("A signature does not fit its text"), True),
    HeldReason.MALFORMED: Why(_("Malformed"), "triangle-alert", _("It is not a bundle as sites write them"), True),
    HeldReason.NEWER: Why(_("Newer Foundry"), "layers", _("It needs a newer Foundry here")),
    HeldReason.BEHIND: Why(_("Waits"), "clock", _("One before it waits")),
}


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One line of the list."""

    held: Held

    @property
    def why(self) -> Why:
        return WHYS[self.held.bundle.reason]


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """What the list may be narrowed to, with how many there are."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class HeldList:
    """A page of the list, what it may be narrowed to, and the addresses of the pages before and behind it."""

    rows: Sequence[HeldRow]
    sites: Sequence[FilterChoice]
    reasons: Sequence[FilterChoice]
    newer: str
    older: str


def held_list(held: HeldBack, query: SitesQuery) -> HeldList:
    """The list as the page shows it at `query`."""
    shown, chosen = held.shown, query.held
    sites = [FilterChoice(key, name, count) for key, name, count in held.sites]
    reasons = [FilterChoice(reason, str(WHYS[reason].label), count) for reason, count in held.reasons]
    # What is chosen stays so when nothing of it is left.
    if chosen.site and all(each.value != chosen.site for each in sites):
        sites.append(FilterChoice(chosen.site, short_key(chosen.site), 0))
    if chosen.reason and all(each.value != chosen.reason for each in reasons):
        reasons.append(FilterChoice(chosen.reason, str(WHYS[chosen.reason].label), 0))
    return HeldList(
        [HeldRow(each) for each in shown],
        sites,
        reasons,
        f"{query.newer_than(shown[0].bundle.id).address}{HELD_LIST}" if held.newer else "",
        f"{query.older_than(shown[-1].bundle.id).address}{HELD_LIST}" if held.older else "",
    )
