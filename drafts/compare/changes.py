"""One change of a JSON document by path, and applying changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Path = tuple[str | int, ...]
Operation = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one value.

    `path` says where the value stands now; for `removed`, where it stood. `source` says where it stood before, where
    that is another place: always for `moved`, and for `changed` inside something that moved or was pushed along by
    its neighbours in an array. `old` is None for `added`, `new` for `removed`; a moved value is in both.
    """

    op: Operation
    path: Path
    old: object = None
    new: object = None
    source: Path | None = None

    def as_data(self) -> dict[str, Any]:
        """As REST shows it; `from` only where the value stood elsewhere."""
        data: dict[str, Any] = {"op": self.op, "path": list(self.path), "old": self.old, "new": self.new}
        if self.source is not None:
            data["from"] = list(self.source)
        return data


def in_order(path: Path) -> tuple[tuple[bool, str | int], ...]:
    """A key that sorts paths as the document reads: what holds comes before what it holds, array items by number."""
    return tuple((isinstance(part, str), part) for part in path)


def apply_changes(changes: Iterable[Change], document: object) -> object:
    """The new document, from the old one and the changes between them; the old one stays as it is.

    What left goes first, from the end backwards, by old paths; then what came is put in, from the beginning, by new
    paths; then values are changed where they now stand. `ValueError` where the changes do not fit the document.
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
    """Remove what left; the moved values, by where they go."""
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
