"""What came from other sites and waits outside the state, with what an owner may do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from stages.registers.fold.hlc import split_hlc
from stages.replication.choices import HeldReason
from stages.replication.environment import SKEW
from stages.replication.held.acts import ACTS
from stages.replication.models import HeldBundle
from stages.replication.reading.site import name_of
from stages.replication.reading.sites import names_of_sites

MAX_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Held:
    """A bundle that is held: the names of the site whose it is and of the one that sent it, and how many wait for it.

    `comes_at` is when one whose clock is ahead comes in by itself.
    """

    bundle: HeldBundle
    site: str
    sender: str
    waiting: int
    comes_at: datetime | None
    acts: tuple[str, ...]

    @property
    def site_key(self) -> str:
        return bytes(self.bundle.site_key).hex()

    @property
    def is_relayed(self) -> bool:
        return bytes(self.bundle.sender) != bytes(self.bundle.site_key)


@dataclass(frozen=True, slots=True)
class HeldQuery:
    """Which of it: of one site (its key), for one reason; older than a bundle (`before`, an id), or newer (`after`)."""

    site: str = ""
    reason: str = ""
    before: UUID | None = None
    after: UUID | None = None

    @property
    def is_filter(self) -> bool:
        return bool(self.site or self.reason)

    def filtered(self, waiting: QuerySet[HeldBundle]) -> QuerySet[HeldBundle]:
        """What this asks for, wherever the page is."""
        if self.site:
            waiting = waiting.filter(site_key=bytes.fromhex(self.site))
        return waiting.filter(reason=self.reason) if self.reason else waiting


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What waits in a project: a page of it, and how many in all.

    `sites` and `reasons` are what may be asked for, with counts; sites by key and name. `newer` and `older` say that
    there is more before and behind the page.
    """

    shown: list[Held]
    total: int
    sites: list[tuple[str, str, int]] = field(default_factory=list)
    reasons: list[tuple[str, int]] = field(default_factory=list)
    newer: bool = False
    older: bool = False


def read_held(project_id: UUID, query: HeldQuery | None = None) -> HeldBack:
    """What waits for a time, a key or a decision, the newest first, `MAX_SHOWN` at once; three queries.

    Those behind another bundle of their site are counted with it, for they wait only for that, unless they are what is
    asked for. A page of which everything was decided is the first one.
    """
    query = query or HeldQuery()
    waiting = HeldBundle.objects.filter(project_id=project_id, decision="")
    counts = {
        (bytes(site).hex(), reason): count
        for site, reason, count in waiting.order_by().values_list("site_key", "reason").annotate(Count("id"))
    }
    if not counts:
        return HeldBack([], 0)
    names = names_of_sites(project_id)
    wanted = query.filtered(waiting).defer("text")
    # Where all wait for others, what they waited for has gone: they are about to be looked at again.
    if not query.reason and any(reason != HeldReason.BEHIND for _site, reason in counts):
        wanted = wanted.exclude(reason=HeldReason.BEHIND)
    rows, newer, older = _page(wanted, query)
    behind = {site: count for (site, reason), count in counts.items() if reason == HeldReason.BEHIND}
    by_site, by_reason = Counter[str](), Counter[str]()
    for (site, reason), count in counts.items():
        by_site[site] += count
        by_reason[reason] += count
    return HeldBack(
        _with_names(rows, names, behind),
        sum(counts.values()),
        sorted(((site, name_of(site, names), count) for site, count in by_site.items()), key=lambda each: each[1]),
        [(reason, by_reason[reason]) for reason in HeldReason if by_reason[reason]],
        newer,
        older,
    )


def _page(wanted: QuerySet[HeldBundle], query: HeldQuery) -> tuple[list[HeldBundle], bool, bool]:
    """The bundles of a page, and whether there are newer and older ones."""
    if query.after is not None:
        found = list(wanted.filter(id__gt=query.after).order_by("id")[: MAX_SHOWN + 1])
        if found:
            return found[:MAX_SHOWN][::-1], len(found) > MAX_SHOWN, True
    elif query.before is not None:
        found = list(wanted.filter(id__lt=query.before).order_by("-id")[: MAX_SHOWN + 1])
        if found:
            return found[:MAX_SHOWN], True, len(found) > MAX_SHOWN
    found = list(wanted.order_by("-id")[: MAX_SHOWN + 1])
    return found[:MAX_SHOWN], False, len(found) > MAX_SHOWN


def find_held(project_id: UUID, held_id: UUID) -> Held | None:
    """One that nobody has decided about yet."""
    found = HeldBundle.objects.filter(project_id=project_id, pk=held_id, decision="").defer("text").first()
    return _with_names([found], names_of_sites(project_id), {})[0] if found is not None else None


def bodies_of(project_id: UUID, bundles: Iterable[HeldBundle]) -> list[dict[str, Any]]:
    """What REST answers about some of it."""
    return [body_of(each) for each in _with_names(bundles, names_of_sites(project_id), _behind(project_id))]


def body_of(held: Held) -> dict[str, Any]:
    """One of it."""
    bundle = held.bundle
    return {
        "id": str(bundle.id),
        "site": held.site_key,
        "site_name": held.site,
        "sender": bytes(bundle.sender).hex(),
        "number": bundle.number,
        "hash": bytes(bundle.hash).hex(),
        "operations": bundle.count,
        "reason": bundle.reason,
        "detail": bundle.detail,
        "since": bundle.since,
        "comes_at": held.comes_at,
        "waiting_behind": held.waiting,
        "acts": list(held.acts),
    }


def _behind(project_id: UUID) -> dict[str, int]:
    """How many of each site wait behind another one."""
    behind = HeldBundle.objects.filter(project_id=project_id, decision="", reason=HeldReason.BEHIND)
    counts = behind.order_by().values_list("site_key").annotate(Count("id"))
    return {bytes(site).hex(): count for site, count in counts}


def _with_names(bundles: Iterable[HeldBundle], names: Mapping[str, str], behind: Mapping[str, int]) -> list[Held]:
    counted: set[str] = set()
    found: list[Held] = []
    for each in bundles:
        site = bytes(each.site_key).hex()
        # Once for each site, at its newest.
        waiting = 0 if site in counted else behind.get(site, 0)
        counted.add(site)
        sender = name_of(bytes(each.sender).hex(), names)
        found.append(Held(each, name_of(site, names), sender, waiting, comes_at(each), ACTS[each.reason]))
    return found


def comes_at(bundle: HeldBundle) -> datetime | None:
    """When the clock here is near enough to that of a bundle that is held for being ahead."""
    if bundle.reason != HeldReason.FUTURE or bundle.until_hlc is None:
        return None
    try:
        moment = datetime.fromtimestamp(split_hlc(bytes(bundle.until_hlc).hex())[0] / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment - timedelta(seconds=getattr(settings, SKEW))
