"""Changes of JSON documents by path, and applying them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Path = tuple[str | int, ...]
Operation = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one value.

    `path` is its path in the new document, or in the old one for `removed`. `source` is its path in the old document if
    that differs: always for `moved`, and for `changed` inside a value that moved or whose index in an array changed.
    `old` is None for `added`, `new` for `removed`; both hold a moved value.
    """

    op: Operation
    path: Path
    old: object = None
    new: object = None
    source: Path | None = None

    def as_data(self) -> dict[str, Any]:
        """The JSON form in REST; `from` is the source, if there is one."""
        data: dict[str, Any] = {"op": self.op, "path": list(self.path), "old": self.old, "new": self.new}
        if self.source is not None:
            data["from"] = list(self.source)
        return data


def in_order(path: Path) -> tuple[tuple[bool, str | int], ...]:
    """A sort key for paths: containers come before their members, array items are ordered by index."""
    return tuple((isinstance(part, str), part) for part in path)


def apply_changes(changes: Iterable[Change], document: object) -> object:
    """Apply changes to a copy of the old document and return the new one.

    First, removed and moved values are taken out by their old paths, from the end backwards. Then added and moved
    values are inserted by their new paths, from the beginning. Finally, changed values are replaced. Raises
    `ValueError` if the changes do not fit the document.
    """
    ordered = sorted(changes, key=lambda change: in_order(change.path))
    root: list[Any] = [_copy(document)]
    try:
        taken = _take_out(root, ordered)
        for change in ordered:
            if change.op in {"added", "moved"}:
                _put_in(root, change.path, taken[change.path] if change.op == "moved" else _copy(change.new))
        for change in ordered:
            if change.op == "changed":
                _holder(root, change.path)[_last(change.path)] = _copy(change.new)
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError("The changes do not fit the document.") from error
    return root[0]


def _take_out(root: list[Any], changes: list[Change]) -> dict[Path, Any]:
    """Take out removed and moved values; return the moved ones by their new paths."""
    leaving = [(change.source if change.source is not None else change.path, change) for change in changes]
    leaving = [(path, change) for path, change in leaving if change.op in {"removed", "moved"}]
    taken: dict[Path, Any] = {}
    for path, change in sorted(leaving, key=lambda each: in_order(each[0]), reverse=True):
        value = _holder(root, path).pop(_last(path))
        if change.op == "moved":
            taken[change.path] = value
    return taken


def _put_in(root: list[Any], path: Path, value: Any) -> None:
    holder, last = _holder(root, path), _last(path)
    if isinstance(holder, list):
        if not isinstance(last, int) or last > len(holder):
            raise IndexError(last)
        holder.insert(last, value)
    else:
        holder[last] = value


def _holder(root: list[Any], path: Path) -> Any:
    holder: Any = root
    for part in (0, *path)[:-1]:
        holder = holder[part]
    return holder


def _last(path: Path) -> str | int:
    return path[-1] if path else 0


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
