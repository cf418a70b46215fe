"""The files of a bundle, piece by piece. Rows are read in short queries, a page at a time.

No transaction or connection is kept open between two pages, because a client may read slowly. The result is still
consistent, because everything in a bundle is append-only up to the scope's last event.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from audit.models import Timestamp
from blobs.models import Blob
from kernel.canonical import canonical
from projects.fields import CONFIGURATION, PROMPT
from publishing.bundle.parts import File, part_files
from publishing.bundle.rows import OF_A_PROJECT, OF_EVERY_BUNDLE, facts_of, lines_of
from publishing.bundle.scope import BundleScope
from publishing.bundle.verifier.report import report

_CONTENT: Final = {PROMPT: "content/prompt_text.md", CONFIGURATION: "content/model_configuration.json"}


def files_of(scope: BundleScope) -> Iterator[File]:
    """Every file that the manifest lists, in the order in which a person would open them."""
    yield "report.html", report(scope.facts(), partial(lines_of, scope), partial(facts_of, scope))
    yield from _content(scope)
    for name in OF_EVERY_BUNDLE:
        yield name, map(line, lines_of(scope, name))
    yield from _timestamp(scope)
    if scope.release is None:
        for name in OF_A_PROJECT:
            yield name, map(line, lines_of(scope, name))
    yield from part_files(scope)


def line(row: dict[str, Any]) -> bytes:
    """One line of a file: RFC 8785 and LF."""
    return f"{canonical(row)}\n".encode()


def _content(scope: BundleScope) -> Iterator[File]:
    for name, content in sorted(scope.draft.fields.items()) if scope.draft else ():
        yield _CONTENT.get(name, f"content/{name}"), _blob(content.sha256)


def _blob(sha256: str) -> Iterator[bytes]:
    """The content; empty if it is missing, which the verifier then reports."""
    found = Blob.objects.filter(pk=sha256).first()
    yield bytes(found.data or b"") if found else b""


def _timestamp(scope: BundleScope) -> Iterator[File]:
    """The request and the answer of a time stamp, for `openssl ts -verify`."""
    stamp = Timestamp.objects.filter(checkpoint=scope.checkpoint).first() if scope.checkpoint else None
    if stamp is not None and scope.checkpoint is not None:
        yield "checkpoint/statement.json", [scope.checkpoint.text.encode()]
        yield "checkpoint/timestamp.tsr", [bytes(stamp.answer)]
