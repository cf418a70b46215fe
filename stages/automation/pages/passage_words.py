"""How a passage that has changed is shown: what was added to it and removed from it, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from drafts.compare.budget import Budget
from drafts.compare.sequences import gaps, matching_blocks, numbered

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


def changed_words(before: str, after: str) -> SafeString:
    """A text with what was added to it marked, and what was removed where it was."""
    return format_html_join("", "{}", ((part,) for part in _parts(_WORDS.findall(before), _WORDS.findall(after))))


def _parts(old: list[str], new: list[str]) -> Iterator[SafeString]:
    at = 0
    for gap in gaps(matching_blocks(*numbered(old, new), Budget()), len(old), len(new)):
        yield format_html("{}", "".join(new[at : gap.new_start]))
        if removed := "".join(old[gap.old_start : gap.old_end]):
            yield format_html("<del>{}</del>", removed)
        if added := "".join(new[gap.new_start : gap.new_end]):
            yield format_html("<ins>{}</ins>", added)
        at = gap.new_end
    yield format_html("{}", "".join(new[at:]))
