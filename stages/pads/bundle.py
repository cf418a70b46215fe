"""What pads add to bundles: the logs of those that versions were promoted from, or proposals that were accepted."""

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
_NAMED_IN: Final = ("draft.saved", "pad.recorded", "proposal.changed", "proposal.opened")


def files_of_pads(scope: BundleScope) -> Iterator[File]:
    """Each log as far as versions were made from it, and the texts of fields that are compared with it.

    These are what a field held where a part was promoted into a place of it, and what it holds where a proposal was
    made from a pad. A log is in it once, however many versions were made from its pad, and not beyond `MAX_LOGGED`
    revisions.
    """
    sources = bundle_verifier.Sources(facts_of(scope, *_NAMED_IN))
    logged = sources.logged()
    for pad in logged:
        yield f"{bundle_verifier.PAD_LOGS}{pad}.jsonl", _lines(UUID(pad), sources.last(pad))
    versions = {
        each["version"]: each["changed_fields"][0]
        for pad in logged
        for each in sources.promotions.get(pad, ())
        if each["origin"]["place"] is not None
    }
    texts = _held_before(scope, versions)
    for pad in logged:
        texts.update(*map(bundle_verifier.held_after, sources.proposed.get(pad, ())))
    for sha256 in sorted(texts):
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
