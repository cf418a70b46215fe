"""Storing content. No event of its own: the write that refers to it has one, and names the hash."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from blobs.models import Blob, sha256_of


def store_texts(*, texts: Iterable[str]) -> list[str]:
    """Store texts as UTF-8, each once, inside the caller's transaction; return their hashes in order.

    One round trip however many texts there are. Content that is there already is not written again.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("content is stored inside the transaction that refers to it")
    contents = [text.encode("utf-8") for text in texts]
    hashes = [sha256_of(content) for content in contents]
    blobs = {
        digest: Blob(sha256=digest, size=len(content), data=content)
        for digest, content in zip(hashes, contents, strict=True)
    }
    if blobs:
        # Sorted, so that two writers of the same new contents wait for each other in the same order.
        Blob.objects.bulk_create([blobs[digest] for digest in sorted(blobs)], ignore_conflicts=True)
    return hashes
