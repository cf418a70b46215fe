"""Storing content. No event of its own: the write that refers to it has one, and names the hash."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection, transaction

from blobs.models import sha256_of
from kernel.statements import Statement

_INSERT: Final = """
INSERT INTO blobs_blob (sha256, size, data)
SELECT sha256, length(data), data FROM unnest(%s::text[], %s::bytea[]) AS given (sha256, data)
ON CONFLICT (sha256) DO NOTHING
"""


def store_texts(*, texts: Iterable[str]) -> list[str]:
    """Store texts as UTF-8, each once, inside the caller's transaction; return their hashes in order.

    One round trip however many texts there are. Content that is there already is not written again.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("content is stored inside the transaction that refers to it")
    contents = [text.encode("utf-8") for text in texts]
    hashes = [sha256_of(content) for content in contents]
    if contents:
        with connection.cursor() as cursor:
            cursor.execute(*_insert_sql(dict(zip(hashes, contents, strict=True))))
    return hashes


def insert_blobs_sql(*, texts: Iterable[str]) -> list[Statement]:
    """The statement of `store_texts`, for a write that sends it with its event (`audit.services.record`)."""
    contents = [text.encode("utf-8") for text in texts]
    return [_insert_sql({sha256_of(content): content for content in contents})] if contents else []


def _insert_sql(contents: dict[str, bytes]) -> Statement:
    # Sorted, so that two writers of the same new contents wait for each other in the same order.
    blobs = sorted(contents.items())
    return _INSERT, [[digest for digest, _ in blobs], [content for _, content in blobs]]
