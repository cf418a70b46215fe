"""Recording reviews of the audit trail (EU Annex 11 §9; control c24)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from audit.models import SITE_CHAIN, Event
from audit.protocols import AuditCaller
from audit.reviews.models import MAX_FINDINGS, Review
from audit.services import Target, answered, record, request_hash
from audit.verification import verify_range
from kernel.errors import NotFound, PermissionDenied, ValidationFailed
from kernel.names import check_remark
from kernel.site_permissions import may_on_site
from kernel.transactions import write_transaction

AUDIT_REVIEWED: Final = "audit.reviewed"

# The most events in one review, which are verified while the reviewer waits; longer chains are reviewed in parts.
MAX_EVENTS: Final = 50_000


def record_review(*, caller: AuditCaller, chain: str, from_seq: int, to_seq: int, findings: str = "") -> Review:
    """Record that the caller has reviewed events of a chain, both ends included, with their findings.

    The event is recorded on the reviewed chain, so that its readers see how far it was reviewed. The range is verified
    now; if that fails, the review is recorded with the `fault`. Raises `PermissionDenied` unless the caller is a person
    and an auditor, `NotFound` for an unknown chain, `ValidationFailed` for a range that does not exist and for the
    findings.
    """
    findings = _check_findings(findings)
    parameters = {"chain": chain, "from_seq": from_seq, "to_seq": to_seq, "findings": findings}
    request = request_hash(AUDIT_REVIEWED, parameters)
    project_id = _project_of(chain)
    with write_transaction():
        _require_auditor(caller)
        earlier = answered(caller=caller, project_id=project_id, request=request)
        if earlier is not None:
            return Review.objects.get(pk=earlier.target_id)
        first, last = _ends(chain, from_seq, to_seq)
        fault = verify_range(chain, from_seq, to_seq)
        review = Review(
            id=uuid7(),
            chain=chain,
            from_seq=from_seq,
            to_seq=to_seq,
            from_hash=bytes(first.hash),
            to_hash=bytes(last.hash),
            findings=findings,
            fault=str(fault or ""),
            reviewer_id=caller.user.id,
        )
        event = record(
            caller=caller,
            action=AUDIT_REVIEWED,
            target=Target.of("review", review.id),
            data=facts_of(review),
            project_id=project_id,
            request=request,
        )
        review.reviewed_at = event.at
        review.save(force_insert=True)
    return review


def facts_of(review: Review) -> dict[str, Any]:
    """The data of a review's event."""
    return {
        "review_id": str(review.id),
        "from_seq": review.from_seq,
        "to_seq": review.to_seq,
        "from_hash": bytes(review.from_hash).hex(),
        "to_hash": bytes(review.to_hash).hex(),
        "findings": review.findings,
        "fault": review.fault,
    }


def _project_of(chain: str) -> UUID | None:
    """The project of a chain, or None for the chain `site`. Raises `NotFound` for any other name."""
    if chain == SITE_CHAIN:
        return None
    try:
        return UUID(chain)
    except ValueError:
        raise NotFound(_("Chain not found.")) from None


def _require_auditor(caller: AuditCaller) -> None:
    """Read afresh, since the right may have ended meanwhile."""
    user = get_user_model()._default_manager.filter(pk=caller.user.id).first()  # noqa: SLF001 (Django's name)
    if caller.user.kind != "human" or not may_on_site("audit.review", user):
        raise PermissionDenied(_("Only people who are auditors review the audit trail."))


def _ends(chain: str, from_seq: int, to_seq: int) -> tuple[Event, Event]:
    """The two events that a range ends with."""
    newest = Event.objects.newest_seq(chain)
    if newest == 0:
        raise NotFound(_("Chain not found."))
    if not 1 <= from_seq <= newest:
        raise ValidationFailed({"from_seq": [_("Give the number of an event: 1 to {last}.").format(last=newest)]})
    if not from_seq <= to_seq <= newest:
        raise ValidationFailed(
            {"to_seq": [_("Give the number of an event: {first} to {last}.").format(first=from_seq, last=newest)]}
        )
    if to_seq - from_seq >= MAX_EVENTS:
        raise ValidationFailed(
            {"to_seq": [_("Review at most {most} events at a time.").format(most=f"{MAX_EVENTS:,}")]}
        )
    found = {event.seq: event for event in Event.objects.chain(chain).filter(seq__in=(from_seq, to_seq))}
    missing = {"from_seq": from_seq, "to_seq": to_seq}
    errors = {name: [_("This event is missing.")] for name, seq in missing.items() if seq not in found}
    if errors:
        raise ValidationFailed(errors)
    return found[from_seq], found[to_seq]


def _check_findings(findings: object) -> str:
    return check_remark(findings, name="findings", maximum=MAX_FINDINGS, required=False)
