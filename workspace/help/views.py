"""The user guide as a page, so that it is at hand where no other site is."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

from workspace.decorators import PageRequest, page

GUIDE = "docs/user-guide.md"


@page()
def guide(request: PageRequest) -> HttpResponse:
    """What docs/user-guide.md says, without its pictures."""
    html, sections = _guide()
    return render(request, "workspace/guide.html", {"guide": html, "sections": sections})


@cache
def _guide() -> tuple[SafeString, list[tuple[str, str]]]:
    """The guide as HTML, and its sections: their names, and the ids to link to."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse((settings.BASE_DIR / GUIDE).read_text())
    sections = []
    for heading, words in pairwise(tokens):
        if heading.type == "heading_open" and heading.tag == "h2":
            heading.attrs["id"] = slugify(words.content)
            sections.append((words.content, slugify(words.content)))
    for token in tokens:
        token.children = [each for each in token.children or [] if _is_shown(each)]
    # Our own text, rendered with HTML switched off.
    return mark_safe(reader.renderer.render(tokens, reader.options, {})), sections  # noqa: S308


def _is_shown(token: Token) -> bool:
    """Pictures, and links to other documents, lead nowhere here."""
    return token.type not in {"image", "link_open", "link_close"}
