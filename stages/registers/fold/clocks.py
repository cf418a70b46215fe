"""Vector clocks: the highest HLC that somebody has seen of each site, `{site key: HLC}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stages.registers.fold.errors import Malformed
from stages.registers.fold.hlc import ZERO, check_hlc
from stages.registers.fold.members import check_hex32

MAX_SITES: Final = 1_000

Clock = Mapping[str, str]


def covers(clock: Clock, site: str, hlc: str) -> bool:
    """Whether the clock has seen what a site wrote at an HLC."""
    return hlc <= clock.get(site, ZERO)


def advance(clock: dict[str, str], site: str, hlc: str) -> None:
    """Let a clock see what a site wrote at an HLC, and with it all that the site wrote before."""
    if hlc > clock.get(site, ZERO):
        clock[site] = hlc


def join(clock: dict[str, str], other: Clock) -> None:
    """Let a clock see all that another one has seen."""
    for site, hlc in other.items():
        advance(clock, site, hlc)


def changes(before: Clock, after: Clock) -> dict[str, str]:
    """The entries of `after` that are later than in `before`: what a header says it `saw`."""
    return {site: hlc for site, hlc in after.items() if hlc > before.get(site, ZERO)}


def check_clock(value: object, member: str) -> dict[str, str]:
    """A clock as a text has it. Raises `Malformed`."""
    if not isinstance(value, dict):
        raise Malformed(member, "not an object")
    if len(value) > MAX_SITES:
        raise Malformed(member, "more than {most} sites", most=MAX_SITES)
    for site, hlc in value.items():
        check_hex32(site, f"{member}.{str(site)[:70]}")
        check_hlc(hlc, f"{member}.{site}")
    return value
