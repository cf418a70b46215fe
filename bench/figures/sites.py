"""r5 to r8: what another site wrote comes in, by itself, over a link, to a browser there, over several links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.apps import apps

from bench.abroad import AT_ONCE, Abroad
from bench.figure import Figure, Goal, compared, in_turn, seconds
from bench.figures import site_links as links

if TYPE_CHECKING:
    from stages.registers.fold.bundles import SignedBundle

STAGE = "stages.replication"
BUNDLES = 10_000


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of r5 to r8 that are wanted; none, which is said, where the stage is not installed."""
    if not apps.is_installed(STAGE):
        named = ", ".join(sorted(wanted))
        print(f"LEFT OUT: {named}. They need the stage `replication`, which FOUNDRY_STAGES leaves out.")
        return []
    rounds, bundles = (2, BUNDLES // 10) if quick else (3, BUNDLES)
    figures = []
    if "r5" in wanted:
        figures.append(_ingest(rounds, bundles))
    if "r6" in wanted:
        figures.append(links.through_a_link(rounds, bundles))
    if "r7" in wanted:
        figures.append(links.live(100 if quick else 400))
    if "r8" in wanted:
        figures.append(links.verifications(100 if quick else 1_000))
    return figures


def _ingest(rounds: int, bundles: int) -> Figure:
    abroad = Abroad.in_a_project(bundles * (rounds + 1))
    first = abroad.write(bundles)
    abroad.take(first)
    read = [each.read() for each in first]

    def ingest() -> float:
        sent = abroad.write(bundles)
        return bundles / seconds(lambda: abroad.take(sent))

    pairs = in_turn(rounds, ingest, lambda: bundles / seconds(lambda: _verify(read)))
    notes = [
        f"{bundles:,} bundles of one operation, {AT_ONCE} at once.",
        "Baseline: libsodium verifies their signatures, one after the other.",
    ]
    return compared("r5", "Bundles of another site come in", "bundles/s", Goal(">=", 0.2), pairs, notes=notes)


def _verify(bundles: Sequence[SignedBundle]) -> None:
    assert not any(each.wrong_signature() is not None for each in bundles)
