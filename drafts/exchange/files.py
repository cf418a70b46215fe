"""The files in a project's file: every byte of every attachment, in `piece` lines, each file once."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from blake3 import blake3

from blobs.models import Blob
from blobs.reading import read_blob
from drafts.exchange.lines import PieceLine
from drafts.exchange.refusals import refuse
from drafts.exchange.registry import exported_files

# Bytes of a file in one line, which Base64 makes a third longer.
LINE_BYTES: Final = 2 * 1024 * 1024


def piece_lines(project_id: UUID) -> Iterator[PieceLine]:
    """The lines of all files of a project, by hash; a few MiB are in memory at a time."""
    for sha256 in sorted(set(exported_files(project_id))):
        size = Blob.objects.values_list("size", flat=True).get(pk=sha256)
        for start in range(0, max(size, 1), LINE_BYTES):
            data = b"".join(read_blob(sha256, start, start + LINE_BYTES))
            digest = hashlib.sha256(data).hexdigest()
            yield PieceLine(sha256, size, start, digest, base64.b64encode(data).decode())


@dataclass(slots=True)
class FileCheck:
    """Checks files: their pieces come one after the other, each has its hash, and together they have that of the file.

    `known` maps the SHA-256 of each whole file to its BLAKE3.
    """

    known: dict[str, str] = field(default_factory=dict)
    _file: str = ""
    _size: int = 0
    _reached: int = 0
    _sha256: hashlib._Hash = field(default_factory=hashlib.sha256)
    _blake3: blake3 = field(default_factory=blake3)

    def take(self, line: PieceLine) -> None:
        """Check the next piece."""
        if line.file != self._file:
            self.finish()
            if line.file in self.known:
                raise refuse("This file is here already.")
            self._file, self._size, self._reached = line.file, line.size, 0
            self._sha256, self._blake3 = hashlib.sha256(), blake3()
        if (line.start, line.size) != (self._reached, self._size):
            raise refuse(f"The bytes of the file {line.file} from {self._reached} are missing.")
        data = _decoded(line)
        if hashlib.sha256(data).hexdigest() != line.sha256:
            raise refuse(f"The bytes of the file {line.file} from {line.start} were changed: the hash does not fit.")
        self._sha256.update(data)
        self._blake3.update(data)
        self._reached += len(data)

    def finish(self) -> None:
        """Check the file whose last piece was taken."""
        if not self._file:
            return
        if self._reached != self._size:
            raise refuse(f"{self._reached} of the {self._size} bytes of the file {self._file} are here.")
        if self._sha256.hexdigest() != self._file:
            raise refuse(f"The file {self._file} was changed: it does not have the hash that is its name.")
        self.known[self._file] = self._blake3.hexdigest()
        self._file = ""

    def check(self, sha256: str, other: str) -> None:
        """Check that a file is here, under both its hashes."""
        if self.known.get(sha256) != other:
            raise refuse(f"The file {sha256} is not here, or has another BLAKE3 hash.")


def _decoded(line: PieceLine) -> bytes:
    try:
        return base64.b64decode(line.data, validate=True)
    except binascii.Error:
        raise refuse("The bytes are not in Base64.") from None
