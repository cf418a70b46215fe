"""Verifies the seals of signatures, and compares what a page shows of a release with its events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q

from accounts.models import User
from audit.keys.sealing import seal_fault
from audit.models import ChainVerification, Event, project_chain
from audit.rebuilding.tables import Table
from audit.verification import Finding, verify_chain, verify_rows
from blobs.models import Blob, sha256_of
from drafts.rebuilding import DRAFTS
from publishing.approval_progress import approvals_of, quorum_of
from publishing.models import Release, ReleaseState, Signature
from publishing.quorum import fault_in_released
from publishing.rebuilding import RELEASE_NOTES, RELEASES, SIGNATURES
from publishing.statements import SIGNATURE, statement


def check_signatures() -> Iterator[Finding]:
    """Check each signature's seal, and that its sealed statement matches its row."""
    signatures = Signature.objects.select_related("release__draft", "signer").order_by("id")
    signatures = signatures.prefetch_related("release__notes_revisions")
    for signature in signatures.iterator(chunk_size=200):
        what = _seal_fault(signature)
        if what:
            where = f"signature {signature.meaning} under release {signature.release.name}"
            project = signature.release.project_id
            yield Finding(f"{where} of project {project}", what, project_chain(project))


def check_releases() -> Iterator[Finding]:
    """Check that every released release has the signatures that its policy required."""
    released = Release.objects.filter(state=ReleaseState.RELEASED).prefetch_related("signatures").order_by("id")
    for release in released.iterator(chunk_size=200):
        what = _quorum_fault(release)
        if what:
            project = release.project_id
            yield Finding(f"release {release.name} of project {project}", what, project_chain(project))


def fault_of(release: Release) -> str | None:
    """The first difference from what was recorded, of the chain, the release, its version or its signatures, or None.

    For the chain, the result of the last verification is used if there is one; otherwise the chain is verified now.
    The events of the release are always verified now. `release` must be loaded `with_people`.
    """
    chain = project_chain(release.project_id)
    last = ChainVerification.objects.sealed([chain]).get(chain)
    of_chain = last.problem if last else str(verify_chain(chain).finding or "")
    if of_chain:
        return of_chain
    signatures = list(release.signatures.all())
    signed = [str(signature.id) for signature in signatures]
    of_signatures = Q(target_type="signature", target_id__in=signed)
    of_release = Q(target_type="release", target_id=str(release.id))
    notes = _notes_written(release)
    of_notes = Q(target_type="release_notes", target_id__in=notes)
    of_version = Q(target_type="draft", target_id=str(release.draft_id))
    events = Event.objects.chain(chain).filter(
        of_signatures | of_release | of_version | of_notes | Q(action="policy.updated")
    )
    rows: dict[Table, list[Any]] = {
        RELEASES: [release.id],
        RELEASE_NOTES: notes,
        DRAFTS: [release.draft_id],
        SIGNATURES: signed,
    }
    finding = verify_rows(events, rows)
    if finding is not None:
        return str(finding)
    what = _quorum_fault(release) or _content_fault(content.sha256 for content in release.draft.fields.values())
    if what:
        return f"Release {release.name}: {what}."
    for signature in signatures:
        signature.release = release
        what = _seal_fault(signature)
        if what:
            return f"The signature {signature.meaning} of {signature.signer.display_name}: {what}."
    return None


def _notes_written(release: Release) -> list[str]:
    """The ids of all notes of the release, by their rows and by the events, so that a missing row is found too."""
    written = Event.objects.of_project(release.project_id).filter(action="release.notes_written")
    recorded = {event.target_id for event in written if event.data["release_id"] == str(release.id)}
    return sorted(recorded | {str(notes.id) for notes in release.notes_revisions.all()})


def _quorum_fault(release: Release) -> str | None:
    if release.state != ReleaseState.RELEASED:
        return None
    return fault_in_released(quorum_of(release), given=approvals_of(release), authors=release.authors)


def _content_fault(hashes: Iterable[str]) -> str | None:
    """A fault if a text with one of these hashes is missing or no longer has its hash."""
    wanted = set(hashes)
    found = Blob.objects.filter(pk__in=wanted).values_list("sha256", "data").iterator(chunk_size=20)
    same = {sha256 for sha256, data in found if data is not None and sha256_of(bytes(data)) == sha256}
    return None if same == wanted else "a text of its version was changed, or is gone"


def _seal_fault(signature: Signature) -> str | None:
    fault = seal_fault(signature.text, bytes(signature.seal), kind=SIGNATURE)
    if fault:
        return fault
    recorded = signature.statement
    expected = statement(
        signature.release,
        # The name at the time of signing; it may have changed since.
        signer=User(
            id=signature.signer_id, display_name=recorded["signer"]["name"], username=signature.signer.username
        ),
        meaning=signature.meaning,
        comment=signature.comment,
        time=signature.signed_at,
    )
    if "username" not in recorded["signer"]:
        # Statements of the first releases of Foundry did not name it.
        del expected["signer"]["username"]
    compared = {name: recorded.get(name) for name in {**expected, "notes": None}}
    if compared != {"notes": None, **expected} or recorded["key"] != signature.key_id:
        return "its statement speaks of something else: another release, content, person, meaning or time"
    return None
