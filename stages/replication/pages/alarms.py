"""The alarms of the sites of a project: same changes and different records, or two histories of one site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from stages.replication.reading.site import Site
from stages.replication.reading.sites import Sites

FORK = "fork"
DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What was noticed at a site, and when; `over_at` is None while it still holds.

    `records` are the ids of records and links, `mappings` those of mappings.
    """

    site: Site
    kind: str
    at: datetime
    over_at: datetime | None
    detail: str
    records: list[str]
    mappings: list[str]

    @property
    def is_fork(self) -> bool:
        return self.kind == FORK

    @property
    def is_about_records(self) -> bool:
        return self.kind == DIFFERS


def alarms_of(sites: Sites) -> list[Alarm]:
    """Of all sites, the newest first."""
    found = [_alarm(each, each.peer.alarm) for each in sites.all if each.peer is not None and each.peer.alarm]
    return sorted((each for each in found if each is not None), key=lambda each: each.at, reverse=True)


def open_alarm(sites: Sites) -> Alarm | None:
    """The one that the page speaks of first: about records, or else the newest that still holds."""
    found = [each for each in alarms_of(sites) if each.over_at is None]
    return next((each for each in found if each.is_about_records), next(iter(found), None))


def last_alarm(sites: Sites) -> Alarm | None:
    """The newest one."""
    return next(iter(alarms_of(sites)), None)


def _alarm(site: Site, facts: dict[str, Any]) -> Alarm | None:
    at = _moment(facts.get("at"))
    if at is None:
        return None
    records, mappings = ([str(each) for each in facts.get(name) or ()] for name in ("records", "mappings"))
    kind, detail = str(facts.get("kind") or ""), str(facts.get("detail") or "")
    return Alarm(site, kind, at, _moment(facts.get("over_at")), detail, records, mappings)


def _moment(text: object) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None
