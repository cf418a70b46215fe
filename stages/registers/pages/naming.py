"""Records by what people type of them: their key, or words of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, Q, When

from drafts.search.words import StoredQuery, query_text, words_of
from stages.registers.models import Row
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader

MAX_CHOICES: Final = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A record, what it is called, and the text that says what it is."""

    record: str
    label: str
    text: str = ""


def records_like(reader: Reader, facet: str, typed: str, most: int) -> Sequence[Choice]:
    """Living records of a table (empty: of any) that fit what was typed: that of this key first, then by key."""
    found = Row.objects.filter(project_id=reader.project_id)
    found = found.filter(facet=facet) if facet else found.filter(facet__in=list(reader.schema.tables))
    if typed := typed.strip():
        found = found.filter(Q(shown__key__istartswith=typed) | _has(reader, typed))
    is_key = Case(When(shown__key__iexact=typed, then=0), When(shown__key__istartswith=typed, then=1), default=2)
    order = ("key_number", "record") if not typed else (is_key, "key_number", "record")
    ids = list(dict.fromkeys(map(str, found.order_by(*order).values_list("record", flat=True)[: most * 2])))
    names = names_of(reader, ids[:most])
    return [Choice(each, names[each].label, names[each].text if names[each].key else "") for each in ids[:most]]


def _has(reader: Reader, typed: str) -> Q:
    words = words_of(typed)
    return Q(search=StoredQuery(query_text(words, reader.project_id))) if words else Q()
