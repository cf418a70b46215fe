"""How the history marks names, and what was added to a value and removed from it."""

from __future__ import annotations

from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from drafts.compare.budget import Budget
from drafts.compare.words import mark_words

MAX_SHOWN: Final = 160


def differing(before: str, after: str) -> SafeString:
    """What was added to a text and removed from it, each as a whole where it is short."""
    return differing_words(before or "", after or "") or format_html("{} {}", dele(cut(before)), ins(cut(after)))


def differing_words(before: str, after: str) -> SafeString:
    """The words that one text has and the other has not; empty where they have little in common."""
    if not before:
        return format_html(_("added {0}"), ins(cut(after)))
    if not after:
        return format_html(_("removed {0}"), dele(cut(before)))
    marks = mark_words(before, after, Budget())
    if marks is None:
        return SafeString("")
    removed = [before[start:end].strip() for start, end in marks.old]
    added = [after[start:end].strip() for start, end in marks.new]
    parts = []
    if any(added):
        parts.append(format_html(_("added {0}"), format_html_join(" … ", "{}", ((ins(cut(each)),) for each in added))))
    if any(removed):
        gone = format_html_join(" … ", "{}", ((dele(cut(each)),) for each in removed))
        parts.append(format_html(_("removed {0}"), gone))
    return format_html_join(", ", "{}", ((each,) for each in parts))


def cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def bold(text: str) -> SafeString:
    return format_html("<b>{}</b>", text)


def ins(text: str) -> SafeString:
    return format_html("<ins>{}</ins>", text)


def dele(text: str) -> SafeString:
    return format_html("<del>{}</del>", text)
