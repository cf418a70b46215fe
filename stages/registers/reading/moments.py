"""What somebody had seen when they did something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stages.registers.fold.clocks import Clock, covers, join
from stages.registers.fold.operations import Operation


@dataclass(frozen=True, slots=True)
class Moment:
    """A bundle, as the end of what its author knew: `hlc` is that of its last operation, `clock` leaves out `site`."""

    site: str
    hlc: str
    clock: Clock

    def had_seen(self, site: str, hlc: str) -> bool:
        """Whether the author knew what a site wrote at an HLC, this bundle included."""
        return hlc <= self.hlc if site == self.site else covers(self.clock, site, hlc)


def moments_of(operations: Iterable[Operation]) -> dict[str, Moment]:
    """The moment of each bundle that operations are of, by its id."""
    found: dict[str, Moment] = {}
    for each in operations:
        known = found.get(each.bundle_id)
        if known is None or each.hlc > known.hlc:
            found[each.bundle_id] = Moment(each.site, each.hlc, each.clock)
    return found


def newest(operations: Iterable[Operation]) -> list[Operation]:
    """Those operations that no other one of them had seen, in canonical order: of each site the last at most."""
    listed = list(operations)
    last: dict[str, Operation] = {}
    seen: dict[str, str] = {}
    for each in listed:
        join(seen, each.clock)
        if each.site not in last or each.hlc > last[each.site].hlc:
            last[each.site] = each
    return sorted(
        (each for each in last.values() if not covers(seen, each.site, each.hlc)), key=lambda each: each.order
    )


def clock_at(heads: Mapping[str, Iterable[str]], until: str) -> dict[str, str]:
    """The clock of all that was written up to an HLC, of the HLCs of each site's bundles."""
    clock = {}
    for site, hlcs in heads.items():
        if covered := [hlc for hlc in hlcs if hlc <= until]:
            clock[site] = max(covered)
    return clock
