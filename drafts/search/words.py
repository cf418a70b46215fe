"""Words as they are searched: whatever stands between ASCII punctuation and white space."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func

# Migration 0008 says the same to Postgres. Without it `files/a.yaml` and `model.temperature` were one word each.
PUNCTUATION: Final = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
MOST_WORDS: Final = 12

_SPACES = str.maketrans(PUNCTUATION, " " * len(PUNCTUATION))


class Words(Func):
    """The words of a text as Postgres searches them (`drafts_words` of migration 0008): lowercase, no stemming."""

    function = "drafts_words"
    output_field = SearchVectorField()


class PassageWords(Func):
    """The words of a passage, and its project as one more, so that one index answers for one project."""

    function = "drafts_passage_words"
    output_field = SearchVectorField()


def words_of(text: str) -> list[str]:
    """The words of what somebody looks for, each once; at most twelve count."""
    return list(dict.fromkeys(text.translate(_SPACES).split()))[:MOST_WORDS]


def query_text(words: Iterable[str]) -> str:
    """All of the words, in any order, as Postgres reads a query: each may go on, but a number is meant as it is."""
    return " & ".join(f"'{word}'" if word.isdecimal() else f"'{word}':*" for word in words)


def query_of(text: str) -> SearchQuery:
    """The query that finds all words of `text`."""
    return SearchQuery(query_text(words_of(text)), search_type="raw", config="simple")
