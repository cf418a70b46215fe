"""The passages of a project, and where they are in a version."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from blobs.models import Blob
from drafts.comments.anchors import LineSpan, lines_of
from drafts.comments.positions import Question, spans_of
from drafts.models import Draft
from drafts.renames import Renames
from projects.fields import FILES
from stages.automation.facets import PASSAGE
from stages.registers.models import Row

# Characters; four bytes each fit a field of a record.
MAX_PASSAGE: Final = 16_000


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines `span` of the field `field` as they were in the version `version`.

    `quote` is what was selected of them. `text` is what the passage said when it was last looked
    at; None where it was gone from its field.
    """

    record: str
    field: str
    version: int
    span: LineSpan
    quote: str
    text: str | None

    @classmethod
    def of(cls, record: str, shown: Mapping[str, Any]) -> Self | None:
        """A passage by what its record shows; None where another site wrote something else into it."""
        field, version = shown.get("field"), shown.get("version")
        first, last = shown.get("from_line"), shown.get("to_line")
        if not isinstance(field, str) or not all(type(each) is int for each in (version, first, last)):
            return None
        if not (version >= 1 and 1 <= first <= last):  # type: ignore[operator]
            return None
        texts = (each if isinstance(each := shown.get(name), str) else "" for name in ("quote", "text"))
        quote, text = texts
        return cls(record, field, version, LineSpan(first, last), quote, text or None)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a passage is in a version: the field's name there, its lines, and what they say.

    `span` and `text` are None where the text is gone. `lines` are its whole lines as they were when it was made.
    """

    field: str
    span: LineSpan | None
    text: str | None
    lines: str = ""


def passages_of(project_id: UUID) -> list[Passage]:
    """The passages of a project by field and line. One query."""
    rows = Row.objects.filter(project_id=project_id, facet=PASSAGE).values_list("record", "shown")
    found = (Passage.of(str(record), shown) for record, shown in rows)
    return sorted((each for each in found if each), key=lambda each: (each.field, each.span, each.record))


def positions_of(passages: Iterable[Passage], draft: Draft) -> dict[str, Position]:
    """Where passages are in a version of their project, by their records. Five queries at most."""
    passages = list(passages)
    versions = Draft.objects.filter(project=draft.project_id, version_number__in={each.version for each in passages})
    drafts = {each.version_number: each for each in versions}
    has_files = any(each.field.startswith(FILES) for each in passages)
    renames = Renames.of_project(draft.project_id) if has_files else Renames()
    found: dict[str, Position] = {}
    asked: dict[str, tuple[str, Question]] = {}
    for each in passages:
        field = renames.name_in(draft.version_number, each.field, of=each.version) if renames.steps else each.field
        was = drafts[each.version].sha256_of(each.field) if each.version in drafts else None
        here = draft.sha256_of(field)
        if was is None or here is None:
            found[each.record] = Position(field, None, None)
        else:
            asked[each.record] = field, Question(was, here, each.span, each.quote)
    questions = {question for _field, question in asked.values()}
    spans: dict[Question, LineSpan | None] = {each: each.span for each in questions if each.old == each.new}
    spans |= spans_of(questions - spans.keys())
    lines = _lines_of({content for each in questions for content in (each.old, each.new)})
    for record, (field, question) in asked.items():
        span = spans[question]
        text = text_of(question, span, lines[question.old], lines[question.new]) if span else None
        was = selected(lines[question.old], question.span)
        found[record] = Position(field, span if text is not None else None, text, was or "")
    return found


def changed_passages(draft: Draft, among: Collection[str] | None = None) -> dict[str, str | None]:
    """The passages that say something else in a version than when they were last looked at, and what they say now.

    `among` are the records of those that are meant; None for all.
    """
    passages = [each for each in passages_of(draft.project_id) if among is None or each.record in among]
    positions = positions_of(passages, draft)
    return {each.record: text for each in passages if (text := positions[each.record].text) != each.text}


def text_of(question: Question, span: LineSpan, old: Sequence[str], new: Sequence[str]) -> str | None:
    """What a passage says at `span` of the lines `new`; None where a text has no such lines.

    A part of lines that is still there says what it said, whatever became of the rest of its lines.
    """
    was, text = selected(old, question.span), selected(new, span)
    if was is None or text is None:
        return None
    is_part = question.quote != was
    return question.quote if is_part and question.quote and question.quote in text else shortened(text)


def selected(lines: Sequence[str], span: LineSpan) -> str | None:
    """These lines of a text; None where it is shorter."""
    return "\n".join(lines[span.from_line - 1 : span.to_line]) if span.to_line <= len(lines) else None


def shortened(text: str) -> str:
    """A text that fits a field: the rest of a longer one is its SHA-256, so that every change of it is noticed."""
    if len(text) <= MAX_PASSAGE:
        return text
    return f"{text[: MAX_PASSAGE - 70]}\n… {hashlib.sha256(text.encode()).hexdigest()}"


def _lines_of(contents: set[str]) -> dict[str, list[str]]:
    return {blob.sha256: lines_of(blob.text) for blob in Blob.objects.filter(sha256__in=contents)}
