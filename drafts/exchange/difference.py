"""Formats a comparison as lines for a terminal: unified, with the changed words marked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Final

from drafts.compare.changes import Change, Path
from drafts.compare.comparison import Comparison
from drafts.compare.documents import DocumentDifference
from drafts.compare.fields import FieldDifference
from drafts.compare.text import Hunk, Row
from drafts.compare.values import written
from kernel.invisible import HIDDEN_OR_SPACE

# Paints a text as `title`, `place`, `removed`, `added`, `moved`, `marked_removed` or `marked_added`.
Paint = Callable[[str, str], str]

_SIGNS: Final = {"equal": " ", "removed": "-", "added": "+"}
_UNSEEN: Final = re.compile(f"{HIDDEN_OR_SPACE.pattern}|[\n\ud800-\udfff]")


def without_colours(kind: str, text: str) -> str:
    """Marked words in the brackets of wdiff, everything else as it is."""
    brackets = {"marked_removed": ("[-", "-]"), "marked_added": ("{+", "+}")}.get(kind, ("", ""))
    return text.join(brackets)


def comparison_lines(comparison: Comparison, *, paint: Paint = without_colours) -> Iterator[str]:
    """The summary, then every field that differs.

    Characters that a terminal would interpret or hide (escapes, direction marks) are spelled out.
    """
    yield visible(comparison.summary)
    if comparison.coarse:
        yield "The texts have too little in common for a fine comparison; this is a coarser one."
    for field in comparison.fields:
        yield ""
        yield from _field(field, paint)


def visible(text: str) -> str:
    r"""A text on one line, with every control, invisible character or unusual space except the tab written as `\u…`."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _field(field: FieldDifference, paint: Paint) -> Iterator[str]:
    source = f" from {field.source}" if field.source else ""
    yield paint("title", f"=== {visible(field.field)} ({field.change}{visible(source)})")
    if field.languages is not None:
        old, new = (each or "none" for each in field.languages)
        yield f"language {old} → {new}"
    elif field.media_types is not None:
        yield f"media type {visible(field.media_types[0])} → {visible(field.media_types[1])}"
    if field.same_values:
        yield "The same values, spelled differently:"
    if isinstance(field.difference, DocumentDifference):
        yield from (_change(each, paint) for each in field.difference.changes)
    else:
        for hunk in field.difference.hunks:
            yield from _hunk(hunk, paint)
    if field.difference.next is not None:
        yield f"There is more: --field {visible(field.field)} --after {field.difference.next}"


def _hunk(hunk: Hunk, paint: Paint) -> Iterator[str]:
    yield paint("place", f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@")
    for row in hunk.rows:
        yield _row(row, paint)
        if not row.ends:
            yield "\\ No line end at the end"


def _row(row: Row, paint: Paint) -> str:
    sign = _SIGNS[row.kind]
    if row.kind == "equal":
        return sign + visible(row.text)
    if row.moved is not None:
        where = "now" if row.kind == "removed" else "before"
        return paint("moved", f"{sign}{visible(row.text)}  (moved: {where} line {row.moved})")
    pieces = [paint(f"marked_{row.kind}" if is_marked else row.kind, visible(text)) for text, is_marked in row.pieces()]
    return paint(row.kind, sign) + "".join(pieces)


def _change(change: Change, paint: Paint) -> str:
    where = _path(change.path)
    source = "" if change.source is None else f" (before at {_path(change.source)})"
    if change.op == "moved":
        return paint("moved", f"> {where}{source}")
    if change.op == "added":
        return paint("added", f"+ {where}: {_value(change.new)}")
    if change.op == "removed":
        return paint("removed", f"- {where}: {_value(change.old)}")
    return f"~ {where}: {paint('removed', _value(change.old))} → {paint('added', _value(change.new))}{source}"


def _path(path: Path) -> str:
    """`stop[2]."odd name"`; the document itself is `.`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{_name(part)}" for part in path]
    return "".join(parts).removeprefix(".") or "."


def _name(part: str) -> str:
    return part if part.isidentifier() else visible(json.dumps(part, ensure_ascii=False))


def _value(value: object) -> str:
    return visible(written(value))
