"""Texts and lists in which several people write at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.utils.translation import gettext

from kernel.errors import Conflict, PayloadTooLarge
from stages.registers.fold.acts import Acts
from stages.registers.fold.documents import MAX_BYTES
from stages.registers.fold.effects import Field, Key
from stages.registers.fold.facts import Tips
from stages.registers.fold.payloads import MAX_DELTA, Payload
from stages.registers.fold.tips import tips_of_texts
from stages.registers.fold.views import Record, raw_fields
from stages.registers.schema import Column, Schema
from stages.registers.schema.values import refuse
from stages.registers.verbs.finding import column_of, make_client_id, record_in, table_of

# Of a text that is written at once; further ones are typed.
MAX_WRITTEN: Final = MAX_DELTA - 1024


def type_text(acts: Acts, schema: Schema, field: Field, text: str) -> list[Payload]:
    """Make a shared text this one. What it has in common with the present one at both ends is left as it is."""
    record, facet, name = field
    found = record_in(acts, record, table_of(schema, facet))
    column = shared_column(schema, facet, name)
    written = check_shared_text(column, text)
    raws = raw_fields(found.facts, facet, name, acts.increment.classes)
    client_id = make_client_id(acts.increment.storage, raws)
    return acts.type_text(found.id, facet, name, written, client_id)


def resolve_text(acts: Acts, schema: Schema, field: Field, text: str, tips: Collection[str]) -> list[Payload]:
    """Decide between texts that stand side by side. `tips` are the operations whose words the person saw.

    Raises `Conflict` where one text is left, or somebody has typed since: then with the present `tips`.
    """
    record, facet, name = field
    found = record_in(acts, record, table_of(schema, facet))
    present = text_tips(acts, found, facet, name)
    now, texts = [tip.op_id for tip in present], sorted({tip.value for tip in present})
    if len(texts) < 2:
        raise Conflict(gettext("This is decided already."), tips=now)
    if set(now) != set(tips):
        words = gettext("Somebody has typed in one of these texts since. Look at them again, and decide then.")
        raise Conflict(words, tips=now, values=texts)
    return type_text(acts, schema, field, text)


def text_tips(acts: Acts, record: Record, facet: str, name: str) -> Tips:
    """The operations on the texts of a field that a decision between them has to have seen, each with its text."""
    raws = raw_fields(record.facts, facet, name, acts.increment.classes)
    texts = {raw: record.facts.texts.get(raw, "") for raw in raws}
    return tips_of_texts(texts, lambda raw: acts.increment.storage.operations_on(Key("text", raw)))


def shared_column(schema: Schema, facet: str, name: str) -> Column:
    """A column in which people write together. Raises `ValidationFailed` for another one."""
    column = column_of(table_of(schema, facet), name)
    if not column.crdt:
        raise refuse(name, gettext("People do not write together in this column; its value is set as a whole."))
    return column


def check_shared_text(column: Column, text: str) -> str:
    """A text that can be written at once. Raises `ValidationFailed`, `PayloadTooLarge`."""
    if "\0" in text or any(0xD800 <= ord(each) < 0xE000 for each in text):
        raise refuse(column.name, gettext("Has a NUL character or half of a surrogate pair."))
    if len(text.encode()) > min(MAX_WRITTEN, MAX_BYTES):
        raise PayloadTooLarge(gettext("A text that is written at once has at most 255 KiB."), field=column.name)
    return text
