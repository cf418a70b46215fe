"""What is at the left of every page of automation: groups that parts of the stage register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.functional import Promise, cached_property

from accounts.models import User
from kernel.late import Late
from projects.access import Access

if TYPE_CHECKING:
    from stages.automation.reading.modules import AdoptedModule
    from stages.automation.reading.rules import SavedRule
    from stages.registers.reading.reader import Reader

_RULES: Final = Late("stages.automation.reading.rules:rules_of")
_ADOPTED: Final = Late("stages.automation.reading.modules:adopted_modules")


@dataclass(frozen=True, slots=True)
class RailRow:
    """One row: what it leads to, a word at its end such as "Off", and its icon. `key` says which one is open.

    `slot` is the id of that word where the `later` of its group fills it in.
    """

    key: str
    label: str
    address: str
    icon: str
    note: str = ""
    slot: str = ""


@dataclass(frozen=True)
class RailContext:
    """What rows are read from: the project as its reader sees it, its registers, and who reads."""

    access: Access
    reader: Reader
    user: User

    @cached_property
    def adopted(self) -> list[AdoptedModule]:
        """The modules of the project, read once for all groups."""
        found: list[AdoptedModule] = _ADOPTED(self.access.project.id, reader=self.reader)
        return found

    @cached_property
    def rules(self) -> list[SavedRule]:
        """The rules of the project, read once."""
        found: list[SavedRule] = _RULES(self.access.project.id)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RailGroup:
    """A heading with its rows. `new` answers what is offered beside the heading, a label and an address, or None.

    `later` answers the address of what a page that is there already asks for words at the ends of rows, or nothing.
    """

    label: Promise
    position: float
    rows: Callable[[RailContext], Sequence[RailRow]]
    new: Callable[[RailContext], tuple[str, str] | None] = lambda context: None
    later: Callable[[RailContext], str] = lambda context: ""


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group as a page shows it."""

    label: Promise
    rows: Sequence[RailRow]
    new: tuple[str, str] | None
    later: str


class Groups:
    """The groups by their names; each part of the stage adds its own once."""

    def __init__(self) -> None:
        self._groups: dict[str, RailGroup] = {}

    def register(self, name: str, group: RailGroup) -> None:
        """Add a group. Raises `ValueError` where another one has the name."""
        if name in self._groups:
            raise ValueError(f"the group {name!r} is there already")
        self._groups[name] = group

    def in_order(self) -> list[RailGroup]:
        return sorted(self._groups.values(), key=lambda each: each.position)


RAIL: Final = Groups()


def rail_of(context: RailContext) -> list[ShownGroup]:
    """The groups in their order."""
    return [
        ShownGroup(each.label, each.rows(context), each.new(context), each.later(context)) for each in RAIL.in_order()
    ]
