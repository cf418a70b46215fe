"""What apps say of themselves: a registry holds entries by name, and apps fill it in `AppConfig.ready()`.

    TABS: Final = Registry[Tab]("project tab")

    class RunsConfig(AppConfig):
        def ready(self) -> None:
            TABS.register("runs", Tab(...))

The trunk reads a registry when it needs its entries, never at import: by then all apps are ready.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, TypeVar

_Entry = TypeVar("_Entry")


class Registry(Mapping[str, _Entry], Generic[_Entry]):
    """Entries by name; `noun` says in messages what an entry is.

    Iteration is by the entries' attribute `position` (0 where they have none), then by name; the order of the installed
    apps does not matter.
    """

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._entries: dict[str, _Entry] = {}

    def register(self, name: str, entry: _Entry) -> _Entry:
        """Add an entry. Raises `ValueError` where another one has its name."""
        if self._entries.get(name, entry) != entry:
            raise ValueError(f"two apps register the {self.noun} {name!r}")
        self._entries[name] = entry
        return entry

    def __getitem__(self, name: str) -> _Entry:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries, key=self._sort_key))

    def __len__(self) -> int:
        return len(self._entries)

    def _sort_key(self, name: str) -> tuple[float, str]:
        return getattr(self._entries[name], "position", 0), name

    @contextmanager
    def replaced(self, entries: Mapping[str, _Entry]) -> Iterator[None]:
        """Hold other entries for a while: for tests."""
        before = self._entries
        self._entries = dict(entries)
        try:
            yield
        finally:
            self._entries = before
