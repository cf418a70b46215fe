"""Streams a zip: written bytes are passed on at once, and the file is never rewound."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

# How much is compressed before it is passed on; also the size of a piece that is made in one thread.
PIECE_BYTES = 64 * 1024


class _Sink:
    """A file that can only be written to; `drain` takes what was written since."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Does nothing, because nothing is buffered."""

    def drain(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


@dataclass
class StreamedZip:
    """Adds files one after the other; each method yields the bytes that are ready. Only the names stay in memory."""

    at: datetime
    listed: list[tuple[str, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sink = _Sink()
        self._archive = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]

    def add(self, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Add a file of unknown size, and note its name, SHA-256 and size in `listed`."""
        entry = zipfile.ZipInfo(name, self.at.astimezone(UTC).timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        digest, size = hashlib.sha256(), 0
        with self._archive.open(entry, "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
                yield from self._ready()
        self.listed.append((name, digest.hexdigest(), size))
        yield from self._ready()

    def close(self) -> Iterator[bytes]:
        """Write the zip's list of contents."""
        self._archive.close()
        yield from self._ready()

    def _ready(self) -> Iterator[bytes]:
        data = self._sink.drain()
        if data:
            yield data


def gathered(pieces: Iterable[bytes], size: int = PIECE_BYTES) -> Iterator[bytes]:
    """The same bytes in pieces of at least `size`, the last one excepted."""
    held, length = [], 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    if held:
        yield b"".join(held)
