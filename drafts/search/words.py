"""Splits texts into words for search; the same rules apply to the index and to what somebody searches for.

A word is a run of letters, digits and marks. Scripts that put no space between words (Chinese, Japanese, Thai, Lao,
Burmese, Khmer; and Korean, whose words have endings) are indexed by pairs of characters: a run is found inside a
sentence by its pairs, one behind the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func

from drafts.search.folding import MARKS, fold, fold_with_places

MAX_WORDS: Final = 12
# Characters of a word that count: Postgres holds no longer one than 2,046 bytes.
MAX_WORD_LENGTH: Final = 500
# Postgres counts no further.
LAST_POSITION: Final = 16_383
# Postgres holds 2^20 − 1 bytes of words in one `tsvector`, repeated ones and 6 bytes of places for each included.
MAX_BYTES: Final = 2**20 - 1 - 64
_PLACE_BYTES: Final = 6

_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(f"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\\W_])(?:(?![{_UNSPACED}])(?:[^\\W_]|[{MARKS}]))*")
_IS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
_PLAIN: Final = re.compile("[0-9a-z]+")


class Words(Func):
    """A function of migration 0008; `words` of today's tables took its place."""

    function = "drafts_words"
    output_field = SearchVectorField()


class PassageWords(Func):
    """A function of migration 0008; `words` of today's tables took its place."""

    function = "drafts_passage_words"
    output_field = SearchVectorField()


class StoredQuery(SearchQuery):
    """A query that is in Postgres's own form already (`query_text`), so that no parser cuts its words once more."""

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        return super().as_sql(compiler, connection, template="%(expressions)s::tsquery")


def words_of(text: str) -> list[str]:
    """The words of what somebody looks for, folded, each once; at most twelve count."""
    return list(dict.fromkeys(_runs(fold(text))))[:MAX_WORDS]


def index_text(text: str, project_id: UUID) -> str:
    """The words of a text as Postgres reads a `tsvector`, and its project as one more: one index answers for one.

    What does not fit into a `tsvector` any more is not found.
    """
    entries = [f"'{project_id}'"]
    at, left = 1, MAX_BYTES
    for word in _runs(fold(text)):
        for part in _parts(word) if _IS_UNSPACED.match(word) else (word[:MAX_WORD_LENGTH],):
            left -= len(part.encode()) + _PLACE_BYTES
            if left < 0:
                return " ".join(entries)
            entries.append(f"'{part}':{min(at, LAST_POSITION)}")
            at += 1
    return " ".join(entries)


def query_text(words: Iterable[str], project_id: UUID) -> str:
    """All of the words, in any order, as Postgres reads a `tsquery`.

    Each also matches longer words that begin with it, except numbers; a run of an unspaced script matches anywhere.
    """
    return " & ".join([f"'{project_id}'", *map(_query, words)])


def places_of(words: Iterable[str], text: str) -> list[tuple[int, int]]:
    """The positions of words in a text: anywhere for unspaced scripts, otherwise where a word begins with them."""
    patterns = [re.escape(word) if _IS_UNSPACED.match(word) else rf"(?<![^\W_]){re.escape(word)}" for word in words]
    if not patterns:
        return []
    folded = fold_with_places(text)
    found = re.finditer("|".join(sorted(patterns, key=len, reverse=True)), folded.text)
    return [folded.span(*match.span()) for match in found]


def _runs(folded: str) -> Iterator[str]:
    return (match.group() for match in (_PLAIN if folded.isascii() else _RUN).finditer(folded))


def _parts(run: str) -> Iterator[str]:
    """Pairs, and the last character, so that each one alone begins something."""
    yield from (left + right for left, right in pairwise(run))
    yield run[-1]


def _query(word: str) -> str:
    if word.isdecimal() and not _IS_UNSPACED.match(word):
        return f"'{word[:MAX_WORD_LENGTH]}'"
    if len(word) > 1 and _IS_UNSPACED.match(word):
        return "(" + " <-> ".join(f"'{left}{right}'" for left, right in pairwise(word)) + ")"
    return f"'{word[:MAX_WORD_LENGTH]}':*"
