"""What a search finds: lines of the project's fields, by field, and comments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from blobs.models import Blob
from drafts.models import Comment, CommentState, Draft
from drafts.search.passages import line_of
from drafts.search.words import StoredQuery, query_text, words_of
from kernel.errors import ValidationFailed
from kernel.ijson import check_text
from projects.fields import CONFIGURATION, PROMPT

MAX_QUERY_LENGTH: Final = 200
HITS_PER_FIELD: Final = 10
MAX_HITS: Final = 100
MAX_COMMENTS: Final = 20

# For very frequent words, at most this many passages are examined.
MAX_PASSAGES: Final = 10_000

# Of a passage that went and came back its last stay counts; what is there now comes first, then what was there last.
_FIND: Final = """
WITH found AS MATERIALIZED (
    SELECT digest, text FROM drafts_passage
    WHERE words @@ %(words)s::tsquery
    LIMIT %(most)s
), last_stay AS (
    SELECT DISTINCT ON (stay.field, stay.digest) stay.field, stay.since_version, stay.until_version, found.text
    FROM found JOIN drafts_stay AS stay ON stay.project_id = %(project)s AND stay.digest = found.digest
    ORDER BY stay.field, stay.digest, stay.since_version DESC
), ranked AS (
    SELECT *, count(*) OVER (PARTITION BY field), row_number() OVER (
        PARTITION BY field ORDER BY until_version DESC NULLS FIRST, since_version DESC, text) AS rank
    FROM last_stay
)
SELECT field, since_version, until_version, text, count FROM ranked
WHERE rank <= %(hits)s ORDER BY rank, field LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A line with the words: `line` (1-based) of `version`, the newest that has it; `since` is the first in a row."""

    version: int
    since: int
    line: int
    text: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class FieldHits:
    """The best hits in one field; `count` is the number of different lines with the words, in all versions."""

    field: str
    count: int
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search. `more` is true if there are fields or comments beyond the limits."""

    fields: list[FieldHits]
    comments: list[Comment]
    more: bool


class _Row(NamedTuple):
    """A passage in a field, as the index has it."""

    field: str
    since: int
    until: int | None
    text: str
    different: int


def search(*, project_id: UUID, text: str) -> SearchResult:
    """The lines and comments that contain every word of `text`, or a longer word that begins with it.

    What reads the same is the same (see `drafts.search.folding`), punctuation parts words, a number is meant as it is,
    and words of scripts without spaces are found inside of sentences. Withdrawn comments are not found. At most
    100 lines (ten a field) and 20 comments. Raises `ValidationFailed` (`q`) for a text without words.
    """
    if len(text) > MAX_QUERY_LENGTH:
        raise ValidationFailed({"q": [_("At most {most} characters.").format(most=MAX_QUERY_LENGTH)]})
    words = words_of(check_text(text, name="q"))
    if not words:
        raise ValidationFailed({"q": [_("Name at least one word.")]})
    rows = _rows(project_id, words)
    comments = list(_comments(project_id, words)[: MAX_COMMENTS + 1])
    more = len(rows) > MAX_HITS or len(comments) > MAX_COMMENTS
    return SearchResult(_by_field(project_id, rows[:MAX_HITS]), comments[:MAX_COMMENTS], more)


def _rows(project_id: UUID, words: Sequence[str]) -> list[_Row]:
    """The ten best passages of each field, the best of every field first."""
    facts: dict[str, str | int | UUID] = {
        "project": project_id,
        "words": query_text(words, project_id),
        "most": MAX_PASSAGES,
        "hits": HITS_PER_FIELD,
        "limit": MAX_HITS + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, facts)
        return [_Row(*row) for row in cursor.fetchall()]


def _comments(project_id: UUID, words: Sequence[str]) -> QuerySet[Comment]:
    query = StoredQuery(query_text(words, project_id))
    found = Comment.objects.on_versions().filter(project_id=project_id, indexed__words=query)
    found = found.exclude(state=CommentState.WITHDRAWN)
    return found.select_related("author", "draft", "thread__draft").order_by("-id")


def _by_field(project_id: UUID, rows: Sequence[_Row]) -> list[FieldHits]:
    newest = Draft.objects.of_project(project_id).values_list("version_number", flat=True).first() or 0
    placed = [(row, row.until - 1 if row.until else newest) for row in rows]
    lines = _lines(project_id, placed)
    found: dict[str, FieldHits] = {}
    for row, version in placed:
        hit = Hit(version, row.since, lines[row], row.text, row.until is None)
        found.setdefault(row.field, FieldHits(row.field, row.different, [])).hits.append(hit)
    return [found[name] for name in sorted(found, key=lambda name: (name != PROMPT, name != CONFIGURATION, name))]


def _lines(project_id: UUID, placed: Sequence[tuple[_Row, int]]) -> dict[_Row, int]:
    """The line of each passage in its version; the texts are read one by one, each once."""
    drafts = Draft.objects.filter(project_id=project_id, version_number__in={version for _, version in placed})
    by_version = {draft.version_number: draft for draft in drafts}
    by_content: defaultdict[str, list[_Row]] = defaultdict(list)
    for row, version in placed:
        by_content[by_version[version].sha256_of(row.field) or ""].append(row)
    lines: dict[_Row, int] = {}
    for blob in Blob.objects.filter(sha256__in=list(by_content)).iterator(chunk_size=8):
        text = blob.text
        lines |= {row: line_of(row.text, text) for row in by_content[blob.sha256]}
    return lines
