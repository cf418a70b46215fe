"""Under which numbers the log finds operations again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from stages.registers.fold.effects import Field, Key, Subject, keys
from stages.registers.fold.operations import Operation

# Tuples of texts, which most keys are of.
_FLAT: Final = (Field, Subject)


def hash_key(project: str, key: Key) -> int:
    """The signed 64-bit number of a key in a project. Two keys may share one: what is found is looked at again."""
    parts = key.of if type(key.of) in _FLAT else _parts(key.of)
    text = "\x00".join([project, key.kind, *parts])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def hashes_of(project: str, operation: Operation) -> list[int]:
    """The numbers under which an operation is found, each once."""
    return list(dict.fromkeys(hash_key(project, key) for key in keys(operation)))


def has_key(operation: Operation, key: Key) -> bool:
    """Whether an operation that was found by a number really touches what was looked for."""
    return any(each == key for each in keys(operation))


def _parts(of: Any) -> Iterator[str]:
    if isinstance(of, str):
        yield of
    elif isinstance(of, Iterable):
        for each in of:
            yield from _parts(each)
