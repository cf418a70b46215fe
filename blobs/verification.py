"""Every stored content still has the hash that is its name."""

from __future__ import annotations

from collections.abc import Iterator

from audit.verification import Finding
from blobs.models import Blob, sha256_of


def check_blobs() -> Iterator[Finding]:
    for blob in Blob.objects.order_by("sha256").iterator(chunk_size=100):
        data = bytes(blob.data)
        if sha256_of(data) != blob.sha256 or len(data) != blob.size:
            yield Finding(f"blob {blob.sha256}", "its content was changed: the hash does not fit")
