"""A comparison in one line, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from drafts.compare.changes import Change
from drafts.compare.documents import DocumentDifference
from drafts.compare.fields import FieldDifference
from drafts.compare.text import TextCounts, TextDifference
from drafts.compare.values import written
from projects.fields import FILES, PROMPT

MINUS: Final = "\u2212"
# So many values, or changed files, are named; more are counted.
MOST_NAMED: Final = 2
LONGEST_VALUE: Final = 24


def summarise(fields: Iterable[FieldDifference]) -> str:
    """The line, such as "Prompt +12 −3 words, temperature 0.7 → 0.2, 1 file renamed"."""
    fields = list(fields)
    files = [field for field in fields if field.field.startswith(FILES)]
    parts = [part for field in fields if field not in files for part in describe(field)]
    edited = [field for field in files if field.change == "changed"]
    if len(edited) <= MOST_NAMED:
        parts += (part for field in edited for part in describe(field))
    else:
        parts.append(_counted(len(edited), "file", "changed"))
    for change in ("added", "removed", "renamed"):
        count = sum(field.change == change for field in files)
        if count:
            parts.append(_counted(count, "file", change))
    return ", ".join(parts) or "No difference"


def describe(field: FieldDifference) -> Iterator[str]:
    """One field's part of the line, in one or a few pieces."""
    if field.same_values:
        yield f"{field.title}: same values, spelled differently"
    elif isinstance(field.difference, DocumentDifference):
        yield from _values(field, field.difference)
    else:
        yield from _text(field, field.difference)
    if field.languages is not None:
        yield f"{field.title} {field.languages[0] or 'no language'} → {field.languages[1] or 'no language'}"
    elif field.media_types is not None:
        yield f"{field.title} {field.media_types[0]} → {field.media_types[1]}"


def plus_minus(added: int, removed: int) -> str:
    """Such as "+12 −3"; a side without any is left out."""
    parts = [f"+{added}" if added else "", f"{MINUS}{removed}" if removed else ""]
    return " ".join(filter(None, parts))


def _text(field: FieldDifference, difference: TextDifference) -> Iterator[str]:
    amount = _amount(difference.counts, in_words=field.field == PROMPT)
    if amount:
        yield f"{field.title} {amount}"
    elif field.change != "changed" or (difference.hunks and not difference.moves):
        yield f"{field.title} {field.change}"
    if difference.moves:
        yield f"{field.title} {_counted(len(difference.moves), 'block', 'moved')}"


def _amount(counts: TextCounts, *, in_words: bool) -> str:
    words = plus_minus(counts.words_added, counts.words_removed)
    if in_words and words:
        return f"{words} {'word' if counts.words_added + counts.words_removed == 1 else 'words'}"
    lines = plus_minus(counts.lines_added, counts.lines_removed)
    return lines and f"{lines} {'line' if counts.lines_added + counts.lines_removed == 1 else 'lines'}"


def _values(field: FieldDifference, difference: DocumentDifference) -> Iterator[str]:
    if field.change != "changed":
        yield f"{field.title} {field.change}"
    elif len(difference.changes) == difference.counts.values <= MOST_NAMED:
        yield from map(_value, difference.changes)
    else:
        yield f"{field.title} {difference.counts.values} values"


def _value(change: Change) -> str:
    name = _name(change)
    if change.op == "changed":
        old, new = _shown(change.old), _shown(change.new)
        return f"{name} {old} → {new}" if old and new else f"{name} changed"
    shown = _shown(change.new) if change.op == "added" else ""
    return f"{name} {shown} added" if shown else f"{name} {change.op}"


def _name(change: Change) -> str:
    """The member's name; an array item takes the array's with it."""
    if not change.path:
        return "Model configuration"
    named = max((at for at, part in enumerate(change.path) if isinstance(part, str)), default=0)
    return " / ".join(map(str, change.path[named:]))


def _shown(value: object) -> str:
    """A short value as it would be typed; nothing for what is too long for one line."""
    text = "" if isinstance(value, dict | list) else written(value)
    return text if len(text) <= LONGEST_VALUE else ""


def _counted(count: int, noun: str, participle: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'} {participle}"
