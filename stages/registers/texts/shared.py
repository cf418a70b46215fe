"""The raw fields behind a shared text that a record shows."""

from __future__ import annotations

from dataclasses import dataclass

from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Field
from stages.registers.fold.stored_documents import StoredDocument
from stages.registers.fold.views import raw_fields
from stages.registers.schema import Schema
from stages.registers.verbs.finding import record_in, table_of
from stages.registers.verbs.texts import shared_column


@dataclass(frozen=True, slots=True)
class SharedText:
    """A text as it is shown: `main` is the raw field whose text that is, `document` what is in it, if anything is.

    Merged records and mapped columns have further raw fields: `following` say the same or nothing, so a change goes to
    them, too; `differing` say something else, which is a conflict until somebody decides.
    """

    record: str
    main: Field
    document: StoredDocument | None
    following: tuple[Field, ...]
    differing: tuple[Field, ...]

    @property
    def text(self) -> str:
        return self.document.text if self.document else ""


def find_shared_text(acts: Acts, schema: Schema, field: Field) -> SharedText:
    """The text that a record shows in a column. Raises `NotFound`, `Conflict`, `ValidationFailed`.

    The record's own text comes first, but an empty one gives way to one that is not (`fold.views`).
    """
    record, facet, name = field
    found = record_in(acts, record, table_of(schema, facet))
    shared_column(schema, facet, name)
    storage = acts.increment.storage
    raws = sorted(
        raw_fields(found.facts, facet, name, acts.increment.classes), key=lambda raw: (raw.entity != found.id, raw)
    )
    documents = {raw: storage.documents.get(raw) for raw in raws}
    main = next((raw for raw in raws if _text(documents[raw])), raws[0])
    shown = _text(documents[main])
    others = [raw for raw in raws if raw != main]
    return SharedText(
        record=found.id,
        main=main,
        document=documents[main],
        following=tuple(raw for raw in others if _text(documents[raw]) in ("", shown)),
        differing=tuple(raw for raw in others if _text(documents[raw]) not in ("", shown)),
    )


def _text(document: StoredDocument | None) -> str:
    return document.text if document else ""
