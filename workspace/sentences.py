"""Sentences about people: who did what, the person and the thing in bold."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

_STRONG = "<strong>{}</strong>"


def sentence(words: str, *, name: str, thing: str) -> SafeString:
    """`words` with its `{name}` and `{thing}` filled in."""
    fixed = words.replace("{name}", "{0}").replace("{thing}", "{1}")
    return format_html(fixed, format_html(_STRONG, name), format_html(_STRONG, thing) if thing else "")
