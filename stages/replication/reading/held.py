"""What came from other sites and waits outside the state, with what an owner may do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from stages.registers.fold.hlc import split_hlc
from stages.replication.choices import HeldReason
from stages.replication.environment import SKEW
from stages.replication.held.acts import ACTS
from stages.replication.models import HeldBundle
from stages.replication.reading.sites import names_of_sites
from stages.replication.reading.standing import name_of

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
class HeldBack:
    """What waits in a project: the first `MAX_SHOWN` that are held for a reason of their own, and how many in all."""

    shown: list[Held]
    total: int


def read_held(project_id: UUID) -> HeldBack:
    """What waits for a time, a key or a decision, the newest first; four queries.

    Those behind another bundle of their site are counted with it, for they wait only for that.
    """
    waiting = HeldBundle.objects.filter(project_id=project_id, decision="")
    if not (total := waiting.count()):
        return HeldBack([], 0)
    first = list(waiting.exclude(reason=HeldReason.BEHIND).order_by("-since", "-id").defer("text")[:MAX_SHOWN])
    if not first:
        # What they waited for has gone: it is about to be looked at again.
        first = list(waiting.order_by("site_key", "number").defer("text")[:MAX_SHOWN])
    return HeldBack(_with_names(project_id, first, _behind(project_id)), total)


def find_held(project_id: UUID, held_id: UUID) -> Held | None:
    """One that nobody has decided about yet."""
    found = HeldBundle.objects.filter(project_id=project_id, pk=held_id, decision="").defer("text").first()
    return _with_names(project_id, [found], {})[0] if found is not None else None


def held_body(project_id: UUID) -> list[dict[str, Any]]:
    """What REST answers about what is held."""
    return [body_of(each) for each in read_held(project_id).shown]


def bodies_of(project_id: UUID, bundles: Iterable[HeldBundle]) -> list[dict[str, Any]]:
    """What REST answers about some of it."""
    return [body_of(each) for each in _with_names(project_id, list(bundles), _behind(project_id))]


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


def _with_names(project_id: UUID, bundles: Iterable[HeldBundle], behind: Mapping[str, int]) -> list[Held]:
    names = names_of_sites(project_id)
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
