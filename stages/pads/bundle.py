"""What pads add to bundles: the logs of those that versions were promoted from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from blobs.models import Blob
from drafts.models import Draft
from publishing.bundle.contents import line
from publishing.bundle.parts import File
from publishing.bundle.rows import facts_of
from publishing.bundle.scope import BundleScope
from stages.pads import bundle_verifier
from stages.pads.bodies import log_body
from stages.pads.models import Revision

PAGE: Final = 500


def files_of_pads(scope: BundleScope) -> Iterator[File]:
    """Each log up to the newest revision that was promoted, and what fields held where a part went into a place.

    A log is in it once, however many versions were promoted from its pad, and not beyond `MAX_LOGGED` revisions.
    """
    found = bundle_verifier.promotions_of(facts_of(scope, "draft.saved"))
    last = {pad: bundle_verifier.last_promoted(said) for pad, said in found.items()}
    logged = {pad: number for pad, number in last.items() if number <= bundle_verifier.MAX_LOGGED}
    for pad in sorted(logged):
        yield f"{bundle_verifier.PAD_LOGS}{pad}.jsonl", _lines(UUID(pad), logged[pad])
    versions = {
        each["version"]: each["changed_fields"][0]
        for pad in logged
        for each in found[pad]
        if each["origin"]["place"] is not None
    }
    for sha256 in sorted(_held_before(scope, versions)):
        yield f"{bundle_verifier.PAD_TEXTS}{sha256}", _text(sha256)


def log_line(row: Revision) -> dict[str, Any]:
    """A revision with everything that the hash of the log covers."""
    return {**log_body(row), "user_id": str(row.user_id) if row.user_id else None}


def _lines(pad_id: UUID, last: int) -> Iterator[bytes]:
    """The log up to a revision, in pages, so that nothing stays open between two of them."""
    revisions = Revision.objects.filter(pad=pad_id, revision__lte=last).order_by("revision")
    after = 0
    while page := list(revisions.filter(revision__gt=after)[:PAGE]):
        yield from (line(log_line(row)) for row in page)
        after = page[-1].revision


def _held_before(scope: BundleScope, versions: Mapping[int, str]) -> set[str]:
    """The hashes of what each of these versions' fields held in the version before."""
    numbers = [number - 1 for number in versions]
    before = Draft.objects.filter(project=scope.project, version_number__in=numbers)
    hashes = (draft.sha256_of(versions[draft.version_number + 1]) for draft in before)
    return {each for each in hashes if each is not None}


def _text(sha256: str) -> Iterator[bytes]:
    """The text; empty if it is missing, which the verifier then reports."""
    found = Blob.objects.filter(pk=sha256).first()
    yield bytes(found.data or b"") if found else b""
