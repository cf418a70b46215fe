"""How far a release's signatures go, by the rules it was submitted under."""

from __future__ import annotations

from publishing.approvals import Approval, Quorum, Standing, standing
from publishing.models import Release
from publishing.policies import Rules


def quorum_of(release: Release) -> Quorum:
    """The rules of approval of one release."""
    return Rules(**release.rules).quorum(authors_sign=release.authors_sign)


def approvals_of(release: Release) -> list[Approval]:
    """Its signatures, as the quorum sees them."""
    return [Approval(signature.signer_id, signature.meaning) for signature in release.signatures.all()]


def standing_of(release: Release) -> Standing:
    """What the release still misses."""
    return standing(quorum_of(release), given=approvals_of(release), authors=release.authors)
