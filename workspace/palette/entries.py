"""The entries of the palette, and its context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from accounts.models import User
from locking.models import Lease
from projects.access import Access
from projects.models import Status
from projects.permissions import allowed
from workspace.highlighting import pieces
from workspace.palette.ranking import fit

# The weight of a word that is not shown.
HIDDEN: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteEntry:
    """One thing to go to or to do.

    `act` and `value` are for the page's script (`palette:<act>`); where no controller takes them, or there is no act,
    the browser goes to `href`, or shows the dialog that `dialog` answers with. `compare` is where Mod+Enter goes.
    `words` find the entry without being shown.
    """

    label: str
    icon: str
    href: str = ""
    act: str = ""
    value: str = ""
    dialog: str = ""
    compare: str = ""
    note: str = ""
    note_state: str = ""
    words: str = ""
    shortcut: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as it is shown: its label in pieces, those that were typed marked."""

    entry: PaletteEntry
    pieces: list[tuple[str, bool]]
    score: float


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """Entries of one kind, the best first."""

    label: str
    items: list[Item]

    @property
    def score(self) -> float:
        return max(item.score for item in self.items)


@dataclass(frozen=True, slots=True)
class PaletteContext:
    """The page of the palette: its reader, the project if there is one, and the field that is open.

    `is_over_proposal`: the workspace is over a proposal of the reader's own, where no field is locked.
    """

    user: User
    access: Access | None = None
    is_workspace: bool = False
    field: str = ""
    leases: tuple[Lease, ...] = ()
    is_over_proposal: bool = False

    @property
    def version(self) -> int:
        draft = self.access.project.current_draft if self.access else None
        return draft.version_number if draft else 0

    @property
    def held(self) -> set[str]:
        """The fields that this person has locked, in any session."""
        return {lease.field for lease in self.leases if lease.user_id == self.user.id}

    def offers(self, action: str) -> bool:
        """Whether the person may do it here and now; the service checks again."""
        if self.access is None:
            return False
        return allowed(action, role=self.access.role, status=Status(self.access.project.status))


def ranked(label: str, entries: Iterable[PaletteEntry], question: str, *, limit: int) -> ResultGroup | None:
    """The entries that fit, the best first; without a question the first ones as they come."""
    found = sorted(_fitting(entries, question), key=lambda item: -item.score)[:limit]
    return ResultGroup(label, found) if found else None


def _fitting(entries: Iterable[PaletteEntry], question: str) -> Iterator[Item]:
    for entry in entries:
        if not question:
            yield Item(entry, [(entry.label, False)], 0)
            continue
        seen = fit(question, entry.label)
        hidden = fit(question, f"{entry.label} {entry.words}") if entry.words and seen is None else None
        if seen is not None:
            yield Item(entry, list(pieces(entry.label, seen.places)), seen.score)
        elif hidden is not None:
            yield Item(entry, [(entry.label, False)], hidden.score - HIDDEN)
