"""Targets of changes of records as people read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.models import Row
from stages.registers.proposing.contents import Content
from stages.registers.proposing.targets import RecordTarget, read_target
from stages.registers.reading.naming import names_of, text_column
from stages.registers.reading.reader import Reader
from stages.registers.schema.model import KEY_COLUMN

# Characters of a text that names a record.
MAX_NAME: Final = 60
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


def labels_of(project_id: UUID, contents: Mapping[str, Content]) -> dict[str, str]:
    """Targets by what they are called in a project: records by their keys, tables and columns by their titles.

    `contents` is what the targets hold, None where it is not known: a new record is called by it, and so is a link.
    """
    return _Labels(Reader(project_id), contents).all()


class _Labels:
    """What some targets are called."""

    def __init__(self, reader: Reader, contents: Mapping[str, Content]) -> None:
        self._schema = reader.schema
        self._contents = contents
        self._read = {each: target for each in contents if (target := read_target(each)) is not None}
        self._links = {each: content["value"] for each, content in contents.items() if content and self._is_link(each)}
        of_records = {target.parts[0] for target in self._read.values() if _is_of_record(target)}
        ends = {link[end] for link in self._links.values() for end in ("source", "target")}
        self._names = names_of(reader, of_records | ends)
        self._new = self._names_of_new()

    def all(self) -> dict[str, str]:
        return {each: self._label(each) for each in self._contents}

    def _is_link(self, spelled: str) -> bool:
        return spelled in self._read and self._read[spelled].word == "edge"

    def _names_of_new(self) -> dict[str, str]:
        """Records that have no name yet: by the key that they would have, or else by their text."""
        found: dict[str, str] = {}
        for spelled, target in self._read.items():
            content = self._contents[spelled]
            if target.word != "field" or not content or not _is_of_record(target):
                continue
            entity, facet, name = target.parts
            value, table = content["value"]["value"], self._schema.readable.get(facet)
            column = text_column(table) if table is not None else None
            is_text = column is not None and column.name == name
            if isinstance(value, str) and value and (name == KEY_COLUMN or (is_text and entity not in found)):
                found[entity] = value[:MAX_NAME]
        return found

    def _name(self, entity: str) -> str:
        named = self._names[entity]
        return named.label if named.key or named.text else self._new.get(entity, "")

    def _label(self, spelled: str) -> str:
        target = self._read.get(spelled)
        if target is not None and spelled in self._links:
            return self._label_of_link(self._links[spelled])
        if target is None or not _is_of_record(target):
            return label_of(spelled)
        table = self._schema.readable.get(target.parts[1]) if len(target.parts) > 1 else None
        column = table.column(target.parts[2]) if table is not None and len(target.parts) > 2 else None
        record = self._name(target.parts[0])
        if not record or (table is None and target.word != "record") or (column is None and len(target.parts) > 2):
            return label_of(spelled)
        facts = {"id": record, "table": table.label if table else "", "field": column.label if column else ""}
        words = {"record": _("Record {id}"), "facet": _("Record {id} in {table}")}
        return words.get(target.word, _("{field} of {id} in {table}")).format(**facts)

    def _label_of_link(self, link: Mapping[str, Any]) -> str:
        relation = self._schema.relations.get(link["type"])
        source, target = (self._name(link[end]) or link[end][-8:] for end in ("source", "target"))
        words = relation.label if relation is not None else link["type"]
        return _("Link: {source} {relation} {target}").format(source=source, relation=words, target=target)


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
