"""The picture of the sites: a ring with this site at its top, and lines to those that it is linked with.

Heights are in CSS pixels, widths in percent of the picture: so the ring narrows with the page, and its words do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import acos, cos, sin, sqrt
from typing import Final

from stages.replication.reading.site import Site, SiteState
from stages.replication.reading.sites import Sites

# Left and right end of the ring, and its top; above and below it are the words of the sites there.
LEFT: Final = 24.0
WIDTH: Final = 52.0
TOP: Final = 108
_BELOW: Final = 118
# As much as the words beside a site need.
_ROW: Final = 92
_LEAST: Final = 188
# How far along a straight line its words are: half of it would be beside the site before.
_WORDS: Final = 0.42
_ICONS: Final = {SiteState.REVOKED: "shield-x", SiteState.INTRODUCED: "circle-dashed"}


@dataclass(frozen=True, slots=True)
class Link:
    """The line from this site to another: its path in a square of 100, and where its words are in the picture."""

    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Node:
    """A site in the picture. `side` says where its words are beside it: `top`, `bottom`, `left` or `right`."""

    site: Site
    icon: str
    x: float
    y: float
    side: str
    is_chosen: bool
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Ring:
    """The whole picture; `span` is the height of the ring in it."""

    nodes: Sequence[Node]
    height: int
    span: int


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place on the ring: `side` of it, and how far down it is, from 0 to 1. `is_next` to the top of the ring."""

    side: str
    down: float
    is_next: bool = False

    @property
    def across(self) -> float:
        """From 0, the left end of the ring, to 1."""
        if self.side in {"top", "bottom"}:
            return 0.5
        half = sqrt(max(0.0, 1 - (2 * self.down - 1) ** 2)) / 2
        return 0.5 + half if self.side == "right" else 0.5 - half


def ring_of(sites: Sites, chosen: str) -> Ring:
    """Place this site at the top, and the others clockwise around the ring."""
    others = sites.all[1:]
    spots = list(_spots(len(others)))
    span = max(_LEAST, _ROW * ((len(others) + 1) // 2))
    top = _Spot("top", 0.0)
    nodes = [_node(sites.here, top, span, chosen)]
    nodes += [_node(site, spot, span, chosen) for site, spot in zip(others, spots, strict=True)]
    has_bottom = any(spot.side == "bottom" for spot in spots)
    return Ring(nodes, TOP + span + (_BELOW if has_bottom else _BELOW // 2), span)


def _spots(count: int) -> Iterator[_Spot]:
    """Down the right side, the bottom if the number is odd, and up the left side."""
    per_side, has_bottom = divmod(count, 2)
    # Without a site at the bottom the lowest ones are beside it; a single pair is where the ring is widest, so that
    # their lines come from above and not past their words.
    steps = per_side + (1 if has_bottom or per_side == 1 else 1 / 3)
    downs = [(at + 1) / steps for at in range(per_side)]
    for at, down in enumerate(downs):
        yield _Spot("right", down, is_next=at == 0)
    if has_bottom:
        yield _Spot("bottom", 1.0)
    for at, down in enumerate(reversed(downs), start=1):
        yield _Spot("left", down, is_next=at == per_side)


def _node(site: Site, spot: _Spot, span: int, chosen: str) -> Node:
    return Node(
        site=site,
        icon=icon_of(site),
        x=round(LEFT + WIDTH * spot.across, 2),
        y=round(TOP + span * spot.down, 1),
        side=spot.side,
        is_chosen=site.key == chosen,
        link=_link(spot, span) if _has_line(site) else None,
    )


def _has_line(site: Site) -> bool:
    return site.state not in {SiteState.HERE, SiteState.INTRODUCED, SiteState.REVOKED}


def _link(spot: _Spot, span: int) -> Link:
    """Along the ring to the neighbours of the top, straight to the others."""
    x, y = 100 * spot.across, 100 * spot.down
    if not spot.is_next:
        words = LEFT + WIDTH * (50 + (x - 50) * _WORDS) / 100, TOP + span * spot.down * _WORDS
        return Link(f"M50 0L{x:.2f} {y:.2f}", *(round(each, 2) for each in words))
    angle = acos(1 - 2 * spot.down) / 2
    turn = 1 if spot.side == "right" else -1
    middle = 0.5 + turn * sin(angle) / 2, (1 - cos(angle)) / 2
    path = f"M50 0A50 50 0 0 {int(turn > 0)} {x:.2f} {y:.2f}"
    return Link(path, round(LEFT + WIDTH * middle[0], 2), round(TOP + span * middle[1], 1))


def icon_of(site: Site) -> str:
    """What kind of site it is, or that it takes no part."""
    if site.state in _ICONS:
        return _ICONS[site.state]
    if site.is_home:
        return "house"
    # A site without an address of its own comes and goes; others stay where they are.
    has_address = site.peer is None or bool(site.peer.address)
    return "server" if has_address else "laptop"
