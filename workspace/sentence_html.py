"""Sentences about who did what, with the person and the thing in bold."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

_STRONG = "<strong>{}</strong>"


def sentence_html(template: str, *, name: str, thing: str) -> SafeString:
    """`template` with its `{name}` and `{thing}` filled in, in bold and escaped."""
    positional = template.replace("{name}", "{0}").replace("{thing}", "{1}")
    return format_html(positional, format_html(_STRONG, name), format_html(_STRONG, thing) if thing else "")
