"""The texts that a script has had: who saved each and when, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from stages.automation.executing.scripts import Script, text_of
from stages.automation.facets import SCRIPT
from stages.registers.fold.effects import Field, Key, Subject
from stages.registers.fold.hlc import split_hlc
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import SetField
from stages.registers.reading.actors import Actor, Actors
from stages.registers.reading.log import operations_on
from stages.registers.reading.reader import Reader

PARTS: Final = ("source", "title", "settings")


@dataclass(frozen=True, slots=True)
class SavedText:
    """One save: what the script was after it, and which of its parts it changed. `id` is that of its bundle."""

    id: str
    script: Script
    at: datetime
    actor: Actor
    site: str
    changed: frozenset[str]

    @property
    def sha256(self) -> str:
        return self.script.sha256

    @property
    def is_of_text(self) -> bool:
        return "source" in self.changed


@dataclass(frozen=True, slots=True)
class LastSave:
    """Who gave a script the text that it has now, and when."""

    at: datetime
    actor: Actor


def last_save(project_id: UUID, script_id: str, *, reader: Reader | None = None) -> LastSave | None:
    """Who wrote the text that a script has now; None for one that nobody has."""
    record = (reader or Reader(project_id)).storage.records.get(script_id)
    tips = record.facts.tips.get(Field(script_id, SCRIPT, "source")) if record is not None else None
    if not tips:
        return None
    newest = max(tips, key=lambda each: each.hlc)
    return LastSave(_time(newest.hlc), Actors(project_id).get(newest.actor_id))


def texts_of(project_id: UUID, script: Script) -> list[SavedText]:
    """Every save of a script, the newest first; where sites saved at once, in the order of their clocks."""
    operations = operations_on(project_id, [Key("life", Subject("facet", script.id, SCRIPT))])
    actors = Actors(project_id)
    actors.prefetch(each.actor_id for each in operations)
    values: dict[str, str] = {}
    found = []
    for _bundle, group in groupby(operations, key=lambda each: (each.bundle_id, each.site)):
        listed = list(group)
        written = _written(listed)
        changed = frozenset(name for name in PARTS if name in written and written[name] != values.get(name, ""))
        values |= written
        if changed:
            last = listed[-1]
            shown = text_of(script, values)
            found.append(
                SavedText(last.bundle_id, shown, _time(last.hlc), actors.get(last.actor_id), last.site, changed)
            )
    return found[::-1]


def text_with_hash(texts: Iterable[SavedText], sha256: str) -> SavedText | None:
    """The newest save after which a script had the text of this hash."""
    return next((each for each in texts if each.sha256 == sha256), None)


def _written(operations: Iterable[Operation]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for each in operations:
        match each.payload:
            case SetField(_entity, _facet, name, value, _resolves, unset) if name in PARTS:
                found[name] = "" if unset or value is None else _spelled(value)
    return found


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _time(hlc: str) -> datetime:
    return datetime.fromtimestamp(split_hlc(hlc)[0] / 1000, tz=UTC)
