"""Template tags of pads: numbers as people read them, and lines with what changed in them."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from stages.pads.pages.past_lines import PastLine
from workspace.templatetags.foundry import as_stored

register = template.Library()

_TAGS = {"kept": ("", ""), "inserted": ("<ins>", "</ins>"), "deleted": ("<del>", "</del>")}


@register.filter
def grouped(number: int) -> str:
    """A number with its thousands apart."""
    return str(number_format(number, force_grouping=True))


@register.filter
def with_changes(line: PastLine) -> SafeString:
    """A line of a text, with what was inserted and deleted in it."""
    pieces = ((*_tags(piece.fate), as_stored(piece.text)) for piece in line.pieces)
    return format_html_join("", "{0}{2}{1}", pieces)


def _tags(fate: str) -> tuple[SafeString, SafeString]:
    begin, end = _TAGS[fate]
    return SafeString(begin), SafeString(end)
