"""What is not the same at all sites, by record: what an alarm names, and what some sites do not have yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from stages.registers.models import Operation
from stages.registers.reading.naming import Named
from stages.replication.pages.alarms import Alarm, alarms_of
from stages.replication.reading.clocks import Heads, heads_of
from stages.replication.reading.differing import named_entities, names_of_mappings
from stages.replication.reading.sameness import beyond
from stages.replication.reading.site import Site
from stages.replication.reading.sites import Sites

MAX_RECORDS: Final = 100
# Operations that are looked through for each site.
_MAX_OPERATIONS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Differing:
    """A record that was changed, and the sites that do not have all of its changes."""

    named: Named
    without: Sequence[Site]


@dataclass(frozen=True, slots=True)
class Noticed:
    """An alarm with the records, the links and the mappings that it names."""

    alarm: Alarm
    records: Sequence[Named]
    mappings: Sequence[str]


@dataclass(frozen=True, slots=True)
class Differences:
    """All of it. `ahead` are sites that have more than this one; `is_cut` says that only the first are listed."""

    noticed: Sequence[Noticed]
    records: Sequence[Differing]
    ahead: Sequence[Site]
    is_cut: bool

    @property
    def is_empty(self) -> bool:
        return not (self.noticed or self.records or self.ahead)


def differences_of(project_id: UUID, sites: Sites) -> Differences:
    """What differs now, one query for each site that is behind."""
    open_alarms = [each for each in alarms_of(sites) if each.over_at is None]
    without: dict[str, list[Site]] = defaultdict(list)
    for site in sites.others:
        if site.behind and site.peer is not None:
            for record in _changed(project_id, heads_of(site.peer, sites.heads)):
                without[record].append(site)
    wanted = list(dict.fromkeys([*(record for each in open_alarms for record in each.records), *without]))
    names = named_entities(project_id, wanted[:MAX_RECORDS])
    noticed = [
        Noticed(
            each,
            [names[record] for record in each.records if record in names],
            names_of_mappings(project_id, each.mappings),
        )
        for each in open_alarms
    ]
    listed = [Differing(names[record], sites_) for record, sites_ in without.items() if record in names]
    ahead = [each for each in sites.others if each.ahead]
    return Differences(noticed, listed, ahead, is_cut=len(wanted) > MAX_RECORDS)


def _changed(project_id: UUID, heads: Heads) -> list[str]:
    """The records and links that were written to in bundles that a site does not have, the newest first."""
    found = Operation.objects.filter(beyond(heads, of="bundle__"), project_id=project_id, entity__isnull=False)
    newest = found.order_by("-bundle__arrival").values_list("entity", flat=True)[:_MAX_OPERATIONS]
    return list(dict.fromkeys(map(str, newest)))
