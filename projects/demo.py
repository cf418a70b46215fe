"""The people and the project of the demo, and what stages add to it (`DEMO_STEPS`).

The trunk's own steps come first, then those of stages by name, but for those that make one of the story's versions. A
run that was killed half-way is continued by the next one, so each step must be harmless where it was played before
(`DemoProject.once`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from uuid import UUID, uuid5

from accounts.callers import Caller
from accounts.models import Kind, User
from kernel.late import Late
from kernel.registry import Registry
from projects.models import Project


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An account of the demo. ``role`` is the one in the project; None for somebody outside it."""

    username: str
    display_name: str
    role: str | None
    is_auditor: bool = False
    signs_in: bool = True
    kind: Kind = Kind.HUMAN


MARA: Final = DemoPerson("owner", "Mara Lindqvist", "owner")
DANIEL: Final = DemoPerson("editor", "Daniel Okafor", "editor")
PRIYA: Final = DemoPerson("reviewer", "Priya Raman", "reviewer")
JONAS: Final = DemoPerson("auditor", "Jonas Weber", None, is_auditor=True)
# A colleague who appears in the history only: she has no password.
SOFIA: Final = DemoPerson("sofia", "Sofia Brandt", "editor", signs_in=False)
# A program that proposes changes on behalf of people.
ASSISTANT: Final = DemoPerson("assistant", "Protocol assistant", "reviewer", signs_in=False, kind=Kind.AGENT)
PEOPLE: Final = (MARA, DANIEL, PRIYA, JONAS, SOFIA)
EVERYBODY: Final = (*PEOPLE, ASSISTANT)


@dataclass
class DemoProject:
    """The project, its people and their passwords, and what earlier steps made, by the names they gave it."""

    project: Project
    users: Mapping[DemoPerson, User]
    passwords: Mapping[str, str]
    made: dict[str, UUID] = field(default_factory=dict)

    def caller(self, person: DemoPerson) -> Caller:
        """A person of the demo as the caller of a service."""
        return Caller(user=self.users[person], via="command", credential="command")

    def once(self, person: DemoPerson, *name: str) -> Caller:
        """The caller of a step, who is answered what the step made where it was played before."""
        return replace(self.caller(person), client_ref=uuid5(self.project.id, "/".join(name)))


class DemoStep(Protocol):
    """One thing that happens in the demo.

    One with an attribute `instead_of` makes that version of the story, with its very texts and message, and is played
    in its place.
    """

    def play(self, demo: DemoProject) -> None:
        """Make it happen, by the services that people use."""


@dataclass(frozen=True, slots=True)
class LateStep:
    """A step by `module:class`, whose module is loaded when the demo is played."""

    name: str
    position: float = 0
    instead_of: int | None = None

    def play(self, demo: DemoProject) -> None:
        Late(self.name)().play(demo)


DEMO_STEPS: Final = Registry[DemoStep]("step of the demo")
