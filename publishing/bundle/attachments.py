"""What attachments add to bundles: their list, and their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from blobs.models import Blob
from blobs.reading import read_blob
from publishing.bundle import attachments_verifier
from publishing.bundle.contents import line
from publishing.bundle.parts import BundlePart, File
from publishing.bundle.rows import facts_of
from publishing.bundle.scope import BundleScope


def _files(scope: BundleScope) -> Iterator[File]:
    release = str(scope.release.id) if scope.release is not None else None
    draft = str(scope.release.draft_id) if scope.release is not None else None
    facts = facts_of(scope, "attachment.added", "attachment.removed", "release.submitted")
    lines = attachments_verifier.attachments_of(facts, release=release, draft=draft)
    yield attachments_verifier.ATTACHMENTS_FILE, map(line, lines)
    for path in sorted({each["file"] for each in lines if each["file"] is not None}):
        yield path, _bytes(path.rpartition("/")[2])


def _bytes(sha256: str) -> Iterable[bytes]:
    """The file; empty if it is missing, which the verifier then reports."""
    try:
        yield from read_blob(sha256)
    except (Blob.DoesNotExist, OSError):
        yield b""


BUNDLE_PART: Final = BundlePart(attachments_verifier, _files)
