"""A cache for results derived from immutable contents."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from threading import Lock
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Memory(Generic[_Key, _Value]):
    """An LRU cache of `most` results, shared by the threads of this process. Its entries never become outdated."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[_Key, _Value] = OrderedDict()
        self._lock = Lock()

    def recall(self, keys: Iterable[_Key]) -> dict[_Key, _Value]:
        """The cached results of these keys."""
        found: dict[_Key, _Value] = {}
        with self._lock:
            for key in keys:
                if key in self._known:
                    self._known.move_to_end(key)
                    found[key] = self._known[key]
        return found

    def keep(self, answers: Mapping[_Key, _Value]) -> None:
        """Add results, and remove the least recently used ones."""
        with self._lock:
            self._known.update(answers)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
