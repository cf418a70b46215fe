"""Tables whose rows are read when they are asked for, kept, and written together at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_AT_ONCE: Final = 5_000


class Loader:
    """Reads groups of rows once each, such as all that is known of an entity; `read` gets the ids of groups."""

    def __init__(self, read: Callable[[list[str]], None]) -> None:
        self._read = read
        self.known: set[str] = set()

    def ensure_one(self, group: str) -> None:
        """See that this group has been read."""
        if group not in self.known:
            self.ensure([group])

    def ensure(self, groups: Iterable[str]) -> None:
        """See that these groups have been read."""
        missing = [each for each in dict.fromkeys(groups) if each not in self.known]
        for at in range(0, len(missing), _AT_ONCE):
            wanted = missing[at : at + _AT_ONCE]
            self.known.update(wanted)
            self._read(wanted)


class StoredTable(Generic[K, V]):
    """A table of `fold.storage.Derived`.

    `group` answers in which group of its loader a row is, `read_all` reads every row, `note` is called with each row
    that comes to be known or is set, and the one that it replaces.
    """

    def __init__(
        self,
        loader: Loader,
        group: Callable[[K], str],
        *,
        read_all: Callable[[], None] | None = None,
        note: Callable[[K, V, V | None], None] | None = None,
    ) -> None:
        self._loader = loader
        self._group = group
        self._read_all = read_all
        self._note = note
        self.rows: dict[K, V] = {}
        # Of rows that were set or removed since the last flush: what Postgres has.
        self.before: dict[K, V | None] = {}

    def get(self, key: K) -> V | None:
        self._loader.ensure_one(self._group(key))
        return self.rows.get(key)

    def set(self, key: K, value: V) -> None:
        known = self.get(key)
        self.before.setdefault(key, known)
        if self._note:
            self._note(key, value, known)
        self.rows[key] = value

    def remove(self, key: K) -> None:
        if (known := self.get(key)) is not None:
            self.before.setdefault(key, known)
            del self.rows[key]

    def items(self) -> Iterable[tuple[K, V]]:
        if self._read_all:
            self._read_all()
        return self.rows.items()

    def prefetch(self, wanted: Iterable[K]) -> None:
        self._loader.ensure(map(self._group, wanted))

    def put(self, key: K, value: V) -> None:
        """Take a row that was read, unless it was set or removed since."""
        if key not in self.rows and key not in self.before:
            if self._note:
                self._note(key, value, None)
            self.rows[key] = value

    def changed(self) -> tuple[dict[K, V], list[K]]:
        """The rows to write, and the keys of those to remove."""
        written = {key: self.rows[key] for key in self.before if key in self.rows}
        return written, [key for key, value in self.before.items() if key not in self.rows and value is not None]

    def fork_into(self, other: StoredTable[K, V]) -> None:
        other.rows.update(self.rows)
        other.before.update(self.before)

    def forget(self) -> None:
        """Drop what can be read again; nothing may be left to write."""
        self.rows.clear()
