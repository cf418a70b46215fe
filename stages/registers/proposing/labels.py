"""Targets of changes of records as people read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.models import Row
from stages.registers.proposing.targets import RecordTarget, read_target
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader

# Targets whose first part is a record.
_OF_RECORDS = ("record", "facet", "field", "text")


def label_of(spelled: str) -> str:
    """A target without its project: an entity is named by the end of its id, as it may be new."""
    target = read_target(spelled)
    if target is None:
        return spelled
    first, *rest = target.parts
    facts = {"id": first[-8:], "other": (rest or [""])[0][-8:], "table": (rest or [""])[0], "field": target.parts[-1]}
    if target.word == "mapping":
        facts = {"one": ".".join(target.parts[:2]), "other": ".".join(target.parts[2:])}
    return str(_words(target)).format(**facts)


def labels_of(project_id: UUID, targets: Collection[str]) -> dict[str, str]:
    """Targets by what they are called in a project: records by their keys, tables and columns by their titles."""
    reader = Reader(project_id)
    read = {each: target for each in targets if (target := read_target(each)) is not None and _is_of_record(target)}
    names = names_of(reader, {target.parts[0] for target in read.values()})
    return {each: _label_in(reader, read[each], names) if each in read else label_of(each) for each in targets}


def addresses_of(project_id: UUID, targets: Collection[str]) -> dict[str, str]:
    """The pages of the records that targets are of, where these are there already."""
    found = {each: target.parts[0] for each in targets if (target := read_target(each)) and _is_of_record(target)}
    there = Row.objects.filter(project=project_id, record__in=set(found.values())).values_list("record", flat=True)
    known = {str(each) for each in there}
    return {
        each: reverse("registers:record", args=[project_id, record])
        for each, record in found.items()
        if record in known
    }


def _label_in(reader: Reader, target: RecordTarget, names: Mapping[str, Named]) -> str:
    named = names[target.parts[0]]
    table = reader.schema.readable.get(target.parts[1]) if len(target.parts) > 1 else None
    column = table.column(target.parts[2]) if table is not None and len(target.parts) > 2 else None
    record = named.label if named.key or named.text else ""
    if not record or (table is None and target.word != "record") or (column is None and len(target.parts) > 2):
        return label_of(str(target))
    facts = {"id": record, "table": table.label if table else "", "field": column.label if column else ""}
    words = {"record": _("Record {id}"), "facet": _("Record {id} in {table}")}
    return words.get(target.word, _("{field} of {id} in {table}")).format(**facts)


def _is_of_record(target: RecordTarget) -> bool:
    return target.word in _OF_RECORDS and not (len(target.parts) > 1 and target.parts[1].startswith(EDGE_PREFIX))


def _words(target: RecordTarget) -> str:
    if target.word == "field" and target.parts[1].startswith(EDGE_PREFIX):
        return _("{field} of link {id}")
    return {
        "record": _("Record {id}"),
        "facet": _("Record {id} in {table}"),
        "field": _("{field} of record {id} in {table}"),
        "text": _("{field} of record {id} in {table}"),
        "edge": _("Link {id}"),
        "index": _("Place of link {id}"),
        "mapping": _("{one} and {other} as one field"),
        "merge": _("Records {id} and {other} as one"),
        "split": _("Record {id}, split off as {other}"),
    }[target.word]
