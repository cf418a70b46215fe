"""Verifies a project's file as a whole before anything of it is used: encoding, hashes, links, and agreement."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from drafts.exchange import lines
from drafts.exchange.checks import BlobCheck, ChainCheck, DraftCheck, Source
from drafts.exchange.files import FileCheck
from drafts.exchange.refusals import refuse
from kernel.errors import DomainError, ValidationFailed

# The order of the lines: contents come before their drafts, drafts before their events.
_ORDER: Final = {
    lines.Header: 0,
    lines.BlobLine: 1,
    lines.PieceLine: 2,
    lines.DraftLine: 3,
    lines.EventLine: 4,
    lines.LeaseLine: 5,
    lines.MemberLine: 6,
    lines.ExtensionLine: 7,
    lines.EndLine: 8,
}


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of verifying a file. `sha256` and `size` (bytes) are of the whole file, including its last line.

    `not_compared` counts, by a description, what could not be compared with events. `counts` is by type of line;
    `contents` are the hashes in versions and imported rows; `sources` are the events of the versions.
    """

    header: lines.Header
    sha256: str
    size: int
    counts: dict[str, int]
    contents: set[str]
    sources: dict[int, Source]
    not_compared: dict[str, int]


def verify_file(file: BinaryIO) -> Verified:
    """Read and verify a project's file from the current position to its end.

    Raises `ValidationFailed` with the first wrong line and the reason. This proves that the file is complete and
    consistent. A file that was rewritten as a whole, including its chain, is only detected by comparing the newest hash
    of the chain with a checkpoint, or with the site that the header names.
    """
    verifier = _Verifier()
    for number, data in enumerate(read_lines(file), start=1):
        try:
            verifier.take(data)
        except DomainError as error:
            what = error.errors["line"][0] if isinstance(error, ValidationFailed) and "line" in error.errors else None
            raise ValidationFailed({f"line {number}": [what or error.detail]}) from None
    return verifier.verified()


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file with their LF, none longer than the format allows. Raises `ValidationFailed`."""
    number = 0
    while data := file.readline(lines.MAX_LINE_BYTES + 1):
        number += 1
        if len(data) > lines.MAX_LINE_BYTES:
            raise ValidationFailed({f"line {number}": [f"Longer than {lines.MAX_LINE_BYTES} bytes."]})
        if not data.endswith(b"\n"):
            raise ValidationFailed({f"line {number}": ["The file ends in the middle of a line."]})
        yield data


@dataclass(slots=True)
class _Verifier:
    blobs: BlobCheck = field(default_factory=BlobCheck)
    files: FileCheck = field(default_factory=FileCheck)
    counts: dict[str, int] = field(default_factory=dict)
    drafts: DraftCheck = field(init=False)
    chain: ChainCheck | None = None
    size: int = 0
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    _reached: int = -1

    def __post_init__(self) -> None:
        self.drafts = DraftCheck(self.blobs)

    def take(self, data: bytes) -> None:
        """Check the next line; the caller counts them."""
        line = lines.read(data[:-1], number=sum(self.counts.values()) + 1)
        rank = _ORDER[type(line)]
        if rank < self._reached or (rank == self._reached and rank in (0, 8)) or (self._reached < 0 and rank):
            raise refuse("A line of this type cannot be here.")
        if rank > _ORDER[lines.PieceLine]:
            self.files.finish()
        if rank > _ORDER[lines.EventLine] and self._reached <= _ORDER[lines.EventLine]:
            self._chain.finish()
        if isinstance(line, lines.EndLine):
            self._finish(line)
        self._reached = rank
        self._dispatch(line)
        self._digest.update(data)
        self.size += len(data)

    def verified(self) -> Verified:
        if self._reached != _ORDER[lines.EndLine]:
            raise ValidationFailed({"file": ["The file has no last line: some of it is missing."]})
        return Verified(
            header=self._chain.header,
            sha256=self._digest.hexdigest(),
            size=self.size,
            counts=self.counts,
            contents=self.drafts.contents | self._chain.agreement.contents,
            sources=self._chain.sources,
            not_compared=self._chain.agreement.not_compared,
        )

    @property
    def _chain(self) -> ChainCheck:
        if self.chain is None:
            raise refuse("The file does not begin with a header.")
        return self.chain

    def _dispatch(self, line: lines.Line | lines.ExtensionLine) -> None:
        kind = line.type if isinstance(line, lines.ExtensionLine) else str(line.__struct_config__.tag)
        self.counts[kind] = self.counts.get(kind, 0) + 1
        match line:
            case lines.Header():
                if line.format != lines.PROJECT_FORMAT and not line.is_former:
                    raise refuse(f"The format is {line.format[:40]!r}; this Foundry reads {lines.PROJECT_FORMAT}.")
                self.chain = ChainCheck(line, self.drafts, self.files)
            case lines.BlobLine():
                self.blobs.take(line)
            case lines.PieceLine():
                self.files.take(line)
            case lines.DraftLine():
                self.drafts.take(line)
                self._chain.agreement.take_draft(line)
            case lines.EventLine():
                self._chain.take(line)
            case lines.LeaseLine():
                self._chain.agreement.take_lease(line)
            case lines.MemberLine():
                self._chain.agreement.take_member(line)
            case lines.ExtensionLine():
                self._chain.agreement.take_row(line)

    def _finish(self, line: lines.EndLine) -> None:
        if line.lines != sum(self.counts.values()) or line.sha256 != self._digest.hexdigest():
            raise refuse("Some line was changed, added or removed: the SHA-256 of all lines before does not fit.")
        self._chain.agreement.finish()
