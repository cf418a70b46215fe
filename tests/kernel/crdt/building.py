"""Yjs updates (version 1) built by hand: also those that no client makes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Id = tuple[int, int]
Range = tuple[int, int]


def number(value: int) -> bytes:
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    return bytes((*data, value))


def string(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return number(len(data)) + data


def item(
    content: bytes, *, kind: int = 4, left: Id | None = None, right: Id | None = None, root: str = "text", bits: int = 0
) -> bytes:
    """An item of any kind; `content` is what follows its neighbours, or its root where it has none."""
    data = bytes([kind | (128 if left else 0) | (64 if right else 0) | bits])
    for neighbour in (left, right):
        if neighbour:
            data += number(neighbour[0]) + number(neighbour[1])
    if not (left or right):
        data += number(1) + string(root)
    return data + content


def text_item(text: str | bytes, *, left: Id | None = None, right: Id | None = None, root: str = "text") -> bytes:
    return item(string(text), left=left, right=right, root=root)


def client_items(client_id: int, clock: int, items: Sequence[bytes]) -> bytes:
    return number(len(items)) + number(client_id) + number(clock) + b"".join(items)


def deletions(ranges: Iterable[tuple[int, Sequence[Range]]]) -> bytes:
    """What is deleted: for each client id, its ranges of a clock and a length."""
    parts = [
        number(client_id) + number(len(each)) + b"".join(number(clock) + number(length) for clock, length in each)
        for client_id, each in ranges
    ]
    return number(len(parts)) + b"".join(parts)


def update(*clients: bytes, deleted: Iterable[tuple[int, Sequence[Range]]] = ()) -> bytes:
    return number(len(clients)) + b"".join(clients) + deletions(deleted)


def writes(client_id: int, clock: int, *items: bytes, deleted: Iterable[tuple[int, Sequence[Range]]] = ()) -> bytes:
    """One client's update."""
    return update(client_items(client_id, clock, items), deleted=deleted)


def nested_any(depth: int) -> bytes:
    """Arrays in arrays, as the content of a list."""
    return number(1) + bytes([117, 1]) * depth + bytes([126])
