"""Which signatures a release still needs, by the rules it was submitted under."""

from __future__ import annotations

from uuid import UUID

from publishing.approvals import refusal
from publishing.models import Release
from publishing.policies import Rules
from publishing.quorum import Approval, ApprovalProgress, Quorum, approval_progress


def quorum_of(release: Release) -> Quorum:
    """The rules of approval of one release."""
    return Rules(**release.rules).quorum(authors_sign=release.authors_sign)


def approvals_of(release: Release) -> list[Approval]:
    """Its signatures, as approvals of the quorum."""
    return [Approval(signature.signer_id, signature.meaning) for signature in release.signatures.all()]


def progress_of(release: Release) -> ApprovalProgress:
    """What is still missing for the release."""
    return approval_progress(quorum_of(release), given=approvals_of(release), authors=release.authors)


def advances(release: Release, *, person: UUID, meaning: str) -> bool:
    """Whether a signature of this person would reduce what is missing.

    A permitted signature may be of no use: if the policy needs more different people, one person in two meanings fills
    only one place.
    """
    quorum, given = quorum_of(release), approvals_of(release)
    if refusal(quorum, person=person, meaning=meaning, given=given, authors=release.authors):
        return False
    before = approval_progress(quorum, given=given, authors=release.authors)
    after = approval_progress(quorum, given=[*given, Approval(person, meaning)], authors=release.authors)
    return meaning in before.missing and after.distinct_missing <= sum(after.missing.values())
