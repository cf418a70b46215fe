"""The operations behind the values of a table, and how many values are side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from stages.registers.fold.values import spell
from stages.registers.fold.views import Record
from stages.registers.reading.reader import Reader

# A write as `storing.spelling` has it; its value is left as it is.
_Write = tuple[str, str, str, str, str, msgspec.Raw, bool, bool]


class _Facts(msgspec.Struct):
    """The facts of a record, no further than they are looked at here."""

    members: list[str]
    facets: list[tuple[str, str, bool, bool]]
    tips: list[tuple[str, str, str, list[_Write]]]
    texts: list[tuple[str, str, str, str]]


_decode: Final = msgspec.json.Decoder(_Facts).decode


@dataclass(frozen=True, slots=True)
class Behind:
    """Of a record in one table: the operations of each field, and the texts in which several write.

    `values` says of fields, and `text_values` of texts, how many are side by side; those with one are left out.
    """

    tips: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)
    text_values: Mapping[str, int] = field(default_factory=dict)


def behind_of(record: Record, facet: str) -> Behind:
    """The operations behind the cells of a record."""
    fields = record.fields.get(facet, {})
    values = {name: len({spell(tip.value) for tip in shown.tips}) for name, shown in fields.items()}
    return Behind(
        tips={name: tuple(dict.fromkeys(tip.op_id for tip in shown.tips)) for name, shown in fields.items()},
        texts=record.texts.get(facet, {}),
        values={name: count for name, count in values.items() if count > 1},
        text_values={each.field: len(each.values) for each in record.conflicts if each.kind == "text"},
    )


def read_behind(reader: Reader, facet: str, facts: Iterable[tuple[str, str]]) -> dict[str, Behind]:
    """The operations behind the cells of records, by their facts as they are stored.

    Most records are one entity, and each of their fields has one value: then it is said there. Others are put together
    as records are shown.
    """
    found: dict[str, Behind | None] = {}
    is_mapped = any(at == facet for at, _name in reader.classes)
    for record, text in facts:
        found[record] = None if is_mapped else _plain(_decode(text), record, facet)
    others = reader.records(record for record, behind in found.items() if behind is None)
    return {
        record: behind_of(others[record], facet) if behind is None else behind
        for record, behind in found.items()
        if behind is not None or record in others
    }


def _plain(facts: _Facts, record: str, facet: str) -> Behind | None:
    """None where more than the tips of the record's own fields counts, or several are side by side."""
    if facts.members != [record] or any(each[0] != record for each in facts.facets):
        return None
    tips: dict[str, tuple[str, ...]] = {}
    for _entity, at, name, writes in facts.tips:
        if at == facet and len(writes) > 1:
            return None
        if at == facet and not writes[0][-1]:
            tips[name] = (writes[0][1],)
    return Behind(tips, {name: text for _entity, at, name, text in facts.texts if at == facet})
