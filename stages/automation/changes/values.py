"""What a change was from, and to: values as they are kept while they wait, and as a script is given them.

A value is kept as `{"value": …}`; of one that takes more than 16 KiB, `value` is the beginning of its text and `sha256`
the hash of the whole. None: there was nothing, such as a record that was not in the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeGuard

from blobs.models import sha256_of
from stages.automation.changes.triggers import ALL, has
from stages.registers.fold.views import Edge, Record

MAX_KEPT: Final = 16 << 10
# Characters of a text that is certainly kept whole, however its JSON spells it.
_SHORT: Final = MAX_KEPT // 7
Kept = dict[str, Any] | None


def kept(value: Any) -> Kept:
    """A value as it is kept."""
    if value is None:
        return None
    if isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) < _SHORT):
        return {"value": value}
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(text) <= MAX_KEPT:
        return {"value": value}
    return {"value": (value if isinstance(value, str) else text)[:MAX_KEPT], "sha256": sha256_of(text.encode())}


def cell_of(record: Record | None, table: str, column: str) -> Any:
    """What a record shows in a column; None where it shows nothing, or is not in the table."""
    if record is None or not record.alive:
        return None
    shown = record.fields.get(table, {}).get(column)
    return shown.value if shown is not None else record.texts.get(table, {}).get(column)


def row_of(record: Record | None, table: str, names: frozenset[str] = frozenset((ALL,))) -> dict[str, Any] | None:
    """What a record shows in these columns of a table; None where it is not in it."""
    if record is None or not record.alive or table not in record.fields:
        return None
    shown = {name: each.value for name, each in record.fields[table].items()} | dict(record.texts.get(table, {}))
    return {name: value for name, value in shown.items() if has(names, name)}


def names_of(*records: Record | None, table: str) -> Iterable[str]:
    """The columns of a table in which one of these records shows something."""
    found: dict[str, None] = {}
    for record in records:
        if record is not None and record.alive:
            found |= dict.fromkeys((*record.fields.get(table, ()), *record.texts.get(table, ())))
    return found


def link_of(edge: Edge | None) -> dict[str, Any] | None:
    """A link: its ends and its properties; None where it is not shown."""
    if edge is None or not edge.shown:
        return None
    return {**edge.properties, "from": edge.facts.source, "to": edge.facts.target}


def sides(first: Kept, newest: Kept) -> dict[str, Any]:
    """Both sides of a change as a script is given them; `cut` says that one of them is not whole."""
    found: dict[str, Any] = {"old": first and first["value"], "new": newest and newest["value"]}
    hashes = {f"{name}_sha256": each["sha256"] for name, each in (("old", first), ("new", newest)) if is_cut(each)}
    return {**found, **hashes, **({"cut": True} if hashes else {})}


def first_of(change: Mapping[str, Any]) -> Kept:
    """The first value of a change as it was kept."""
    if change["old"] is None:
        return None
    digest = change.get("old_sha256")
    return {"value": change["old"], **({"sha256": digest} if digest else {})}


def is_cut(value: Kept) -> TypeGuard[dict[str, Any]]:
    """Whether a value is kept with its beginning only."""
    return value is not None and "sha256" in value
