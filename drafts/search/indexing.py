"""Keeping the index, inside the transaction of every new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from blobs.models import Blob, sha256_of
from drafts.memory import Memory
from drafts.models import Comment
from drafts.search.passages import passages
from drafts.search.words import index_text
from kernel.statements import Statement

# Texts of up to 1 MiB each: so many at a time are held in memory.
FIELDS_AT_ONCE: Final = 16
# What was saved last is what is saved over next: the passages of texts up to this size (characters) are remembered.
SMALL: Final = 64 * 1024
REMEMBERED: Final = 256

_END_GONE: Final = """
UPDATE drafts_stay SET until_version = %s FROM unnest(%s::text[], %s::bytea[]) AS gone (field, digest)
WHERE project_id = %s AND drafts_stay.field = gone.field AND drafts_stay.digest = gone.digest AND until_version IS NULL
"""
_BEGIN_NEW: Final = """
INSERT INTO drafts_stay (project_id, field, digest, since_version)
SELECT %s, new.field, new.digest, %s FROM unnest(%s::text[], %s::bytea[]) AS new (field, digest)
ON CONFLICT (project_id, field, digest) WHERE until_version IS NULL DO NOTHING
"""
_KEEP_TEXTS: Final = """
INSERT INTO drafts_passage (project_id, digest, text, words)
SELECT %s, new.digest, new.text, new.words::tsvector
FROM unnest(%s::bytea[], %s::text[], %s::text[]) AS new (digest, text, words)
ON CONFLICT (digest, project_id) DO NOTHING
"""

_KEEP_COMMENT: Final = "INSERT INTO drafts_commentwords (comment_id, words) VALUES (%s, %s::tsvector)"

_memory: Memory[str, frozenset[bytes]] = Memory(REMEMBERED)


@dataclass(frozen=True, slots=True)
class VersionIndex:
    """The index on its way to a new version; `before` are the SHA-256 of what each field held in the one before it."""

    project_id: UUID
    version: int
    before: Mapping[str, str]

    def statements(self, texts: Mapping[str, str | None]) -> list[Statement]:
        """What brings the index there, to be run with the version's event (see `audit.services.record`).

        `texts` are those of the changed fields, None where a field is gone.
        """
        olds = _digests_of({self.before[name] for name in texts if name in self.before})
        gone: list[tuple[str, bytes]] = []
        new: list[tuple[str, bytes]] = []
        kept: dict[bytes, str] = {}
        for name, text in texts.items():
            old = olds[self.before.get(name, "")]
            now = _cut(text) if text is not None else {}
            added = {digest: passage for digest, passage in now.items() if digest not in old}
            gone += ((name, digest) for digest in old - now.keys())
            new += ((name, digest) for digest in added)
            kept |= added
        found: list[Statement] = []
        if gone:
            found.append((_END_GONE, [self.version, *_columns(gone), self.project_id]))
        if new:
            found.append((_BEGIN_NEW, [self.project_id, self.version, *_columns(new)]))
            words = [index_text(text, self.project_id) for text in kept.values()]
            found.append((_KEEP_TEXTS, [self.project_id, list(kept), list(kept.values()), words]))
        return found

    def follow(self, contents: Mapping[str, str | None]) -> None:
        """Bring the index there where the texts are not at hand: `contents` are SHA-256 by changed field."""
        names = list(contents)
        for start in range(0, len(names), FIELDS_AT_ONCE):
            some = {name: contents[name] for name in names[start : start + FIELDS_AT_ONCE]}
            blobs = Blob.objects.in_bulk([digest for digest in some.values() if digest])
            texts = {name: blobs[digest].text if digest else None for name, digest in some.items()}
            with connection.cursor() as cursor:
                for sql, values in self.statements(texts):
                    cursor.execute(sql, values)


def index_comment(comment: Comment) -> None:
    """Index a new comment, in its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_COMMENT, [comment.id, index_text(comment.text, comment.project_id)])


def _cut(text: str) -> dict[bytes, str]:
    found = passages(text)
    if len(text) <= SMALL:
        _memory.keep({sha256_of(text.encode()): frozenset(found)})
    return found


def _digests_of(contents: set[str]) -> dict[str, frozenset[bytes]]:
    """The passages of contents by their SHA-256; at most one query, for those that were not saved of late."""
    found = {"": frozenset[bytes](), **_memory.recall(contents)}
    missing = contents - found.keys()
    if missing:
        for blob in Blob.objects.filter(sha256__in=missing).iterator(chunk_size=8):
            found[blob.sha256] = frozenset(_cut(blob.text))
    return found


def _columns(rows: Sequence[tuple[str, bytes]]) -> list[list[str] | list[bytes]]:
    return [[name for name, _ in rows], [digest for _, digest in rows]]
