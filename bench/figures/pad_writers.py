"""d1 to d3: from a key to the others in one pad on two nodes, beside two nodes of hocuspocus with Redis."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Literal
from uuid import uuid4

from django.apps import apps

from bench.figure import Figure, Goal, compared, in_turn
from bench.nodes import BenchNode, product_node
from bench.pad_programs import Found, NotInstalledError, PadPrograms, pad_programs
from bench.world import BenchUser, person, project

STAGE = "stages.pads"
# What the seed asks for, from a key to the others.
ASKED_MS = 50


@dataclass(frozen=True, slots=True)
class _Crowd:
    """So many writers, and what their figure holds against each other."""

    writers: int
    percentile: Literal["p50", "p99"]
    goal: Goal


CROWDS = {
    "d1": _Crowd(10, "p50", Goal("<=", 3)),
    "d2": _Crowd(50, "p99", Goal("<=", 0.7)),
    "d3": _Crowd(200, "p99", Goal("<=", 0.4)),
}
WARM_UP = CROWDS["d1"]


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of d1 to d3 that are wanted; none, which is said, without the stage or without npm."""
    if not apps.is_installed(STAGE):
        return _left_out(wanted, "They need the stage `pads`, which FOUNDRY_STAGES leaves out.")
    crowds = {number: CROWDS[number] for number in sorted(wanted)}
    try:
        with pad_programs() as programs, ExitStack() as stack:
            product = [stack.enter_context(product_node()) for _ in range(2)]
            baseline = [stack.enter_context(programs.hocuspocus_node()) for _ in range(2)]
            people = max(crowd.writers for crowd in crowds.values())
            sides = _Sides(programs, product, baseline, people, seconds=6 if quick else 10)
            sides.warm_up()
            return [sides.figure(number, crowd, rounds=1 if quick else 3) for number, crowd in crowds.items()]
    except NotInstalledError as error:
        return _left_out(wanted, f"They need hocuspocus from npm: {error}")


def _left_out(wanted: set[str], why: str) -> list[Figure]:
    print(f"LEFT OUT: {', '.join(sorted(wanted))}. {why}")
    return []


class _Sides:
    """Both sides at once, measured in turn: a project with as many editors as there are writers, and hocuspocus."""

    def __init__(
        self, programs: PadPrograms, product: list[BenchNode], baseline: list[BenchNode], people: int, *, seconds: int
    ) -> None:
        self._programs, self._product, self._baseline, self._seconds = programs, product, baseline, seconds
        self._people: list[BenchUser] = [person("writer") for _ in range(people)]
        self._project = project(*self._people)

    def warm_up(self) -> None:
        """Let both sides load what they load with the first key."""
        self._type_in_pad(WARM_UP)
        self._type_in_hocuspocus(WARM_UP)

    def figure(self, number: str, crowd: _Crowd, rounds: int) -> Figure:
        """Let a crowd type on both sides in each round."""
        found = _Rounds()
        pairs = in_turn(
            rounds,
            lambda: getattr(found.keep("product", self._type_in_pad(crowd)), crowd.percentile),
            lambda: getattr(found.keep("baseline", self._type_in_hocuspocus(crowd)), crowd.percentile),
        )
        notes = found.notes()
        print(*(f"     {note}" for note in notes), sep="\n", flush=True)
        title = f"From a key to the others, {crowd.writers} writers in a pad, {crowd.percentile}"
        return compared(number, title, "ms", crowd.goal, pairs, notes=notes)

    def _type_in_pad(self, crowd: _Crowd) -> Found:
        from stages.pads.services import create_pad

        made = create_pad(caller=self._people[0].caller, project_id=self._project.id, name="Bench")
        found = self._programs.type(
            side="pads",
            nodes=self._product,
            writers=crowd.writers,
            seconds=self._seconds,
            project=str(self._project.id),
            pad=str(made.id),
            tokens=[each.token for each in self._people],
        )
        # The baseline may lose or delay what it likes; the product's figure would be worth nothing.
        if said := found.complaints():
            raise RuntimeError(f"{crowd.writers} writers in a pad: {'; '.join(said)}.")
        return found

    def _type_in_hocuspocus(self, crowd: _Crowd) -> Found:
        return self._programs.type(
            side="hocuspocus",
            nodes=self._baseline,
            writers=crowd.writers,
            seconds=self._seconds,
            document=f"bench-{uuid4()}",
        )


@dataclass(slots=True)
class _Rounds:
    """What was found in all rounds of one figure."""

    product: list[Found] = field(default_factory=list)
    baseline: list[Found] = field(default_factory=list)

    def keep(self, side: Literal["product", "baseline"], found: Found) -> Found:
        getattr(self, side).append(found)
        return found

    def notes(self) -> list[str]:
        keys, measured = (sum(getattr(each, name) for each in self.product) for name in ("keys", "measured"))
        return [
            f"p50 and p99 of the rounds in ms: {_times(self.product)}, where {ASKED_MS} are asked for.",
            f"p50 and p99 of hocuspocus: {_times(self.baseline)}.",
            f"{keys:,} keys, all of them in the text once, no socket closed; {measured:,} arrivals measured.",
            f"The client itself: {_client(self.product)}; with hocuspocus: {_client(self.baseline)}.",
            *(f"hocuspocus: {said}." for found in self.baseline for said in found.complaints()),
        ]


def _times(rounds: list[Found]) -> str:
    return ", ".join(f"{found.p50:.1f} and {found.p99:.1f}" for found in rounds)


def _client(rounds: list[Found]) -> str:
    return ", ".join(f"{found.lag:.1f} ms late (p99) and {found.busy:.0%} of a core" for found in rounds)
