"""A comparison in one line, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drafts.compare.changes import Change
from drafts.compare.documents import DocumentDifference
from drafts.compare.fields import FieldDifference
from drafts.compare.text import TextCounts, TextDifference
from drafts.compare.values import written
from projects.fields import FILES, PROMPT

MINUS: Final = "\u2212"
# So many values, or changed files, are named; more are counted.
MAX_NAMED: Final = 2
MAX_VALUE_LENGTH: Final = 24


def summarise(fields: Iterable[FieldDifference]) -> str:
    """The line, such as "Prompt +12 −3 words, temperature 0.7 → 0.2, 1 file renamed"."""
    fields = list(fields)
    files = [field for field in fields if field.field.startswith(FILES)]
    parts = [part for field in fields if field not in files for part in describe(field)]
    edited = [field for field in files if field.change == "changed"]
    if len(edited) <= MAX_NAMED:
        parts += (part for field in edited for part in describe(field))
    else:
        parts.append(_files("changed", len(edited)))
    for change in ("added", "removed", "renamed"):
        count = sum(field.change == change for field in files)
        if count:
            parts.append(_files(change, count))
    return ", ".join(parts) or _("No difference")


def describe(field: FieldDifference) -> Iterator[str]:
    """One field's part of the line, in one or a few pieces."""
    if field.same_values:
        yield _("{field}: same values, formatted differently").format(field=field.title)
    elif isinstance(field.difference, DocumentDifference):
        yield from _values(field, field.difference)
    else:
        yield from _text(field, field.difference)
    if field.languages is not None:
        old, new = (language or _("no language") for language in field.languages)
        yield f"{field.title} {old} → {new}"
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
        yield f"{field.title} {_participle(field.change)}"
    if difference.moves:
        n = len(difference.moves)
        yield f"{field.title} {ngettext('{n} block moved', '{n} blocks moved', n).format(n=n)}"


def _amount(counts: TextCounts, *, in_words: bool) -> str:
    words = plus_minus(counts.words_added, counts.words_removed)
    if in_words and words:
        return ngettext("{n} word", "{n} words", counts.words_added + counts.words_removed).format(n=words)
    lines = plus_minus(counts.lines_added, counts.lines_removed)
    return lines and ngettext("{n} line", "{n} lines", counts.lines_added + counts.lines_removed).format(n=lines)


def _values(field: FieldDifference, difference: DocumentDifference) -> Iterator[str]:
    if field.change != "changed":
        yield f"{field.title} {_participle(field.change)}"
    elif len(difference.changes) == difference.counts.values <= MAX_NAMED:
        yield from map(_value, difference.changes)
    else:
        n = difference.counts.values
        yield f"{field.title} {ngettext('{n} value', '{n} values', n).format(n=n)}"


def _value(change: Change) -> str:
    name = _name(change)
    if change.op == "changed":
        old, new = _shown(change.old), _shown(change.new)
        return f"{name} {old} → {new}" if old and new else f"{name} {_participle('changed')}"
    shown = _shown(change.new) if change.op == "added" else ""
    return f"{name} {shown} {_participle('added')}" if shown else f"{name} {_participle(change.op)}"


def _name(change: Change) -> str:
    """The name of the member; for an array item, preceded by the name of the array."""
    if not change.path:
        return _("Model configuration")
    named = max((at for at, part in enumerate(change.path) if isinstance(part, str)), default=0)
    return " / ".join(map(str, change.path[named:]))


def _shown(value: object) -> str:
    """A short value as it would be typed; an empty text for one that is too long for one line."""
    text = "" if isinstance(value, dict | list) else written(value)
    return text if len(text) <= MAX_VALUE_LENGTH else ""


def _participle(change: str) -> str:
    """The kind of a change in one word."""
    words = {
        "added": _("added"),
        "removed": _("removed"),
        "changed": _("changed"),
        "renamed": _("renamed"),
        "moved": _("moved"),
    }
    return words[change]


def _files(change: str, n: int) -> str:
    words = {
        "added": ngettext("{n} file added", "{n} files added", n),
        "removed": ngettext("{n} file removed", "{n} files removed", n),
        "changed": ngettext("{n} file changed", "{n} files changed", n),
        "renamed": ngettext("{n} file renamed", "{n} files renamed", n),
    }
    return words[change].format(n=n)
