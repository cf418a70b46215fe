"""Verify chains and record the results, so that pages can show them without verifying anything themselves."""

from __future__ import annotations

import logging

from django.db.models.functions import Now

from audit.chain_verification.models import ChainVerification
from audit.models import SITE_CHAIN
from audit.verification import ChainState, Verification, verify
from kernel.transactions import write_transaction

logger = logging.getLogger(__name__)


def record_verification(*, chain: str) -> ChainVerification:
    """Verify one chain with its records (`record_verifications`)."""
    (recorded,) = record_verifications([chain])
    return recorded


def record_verifications(names: list[str] | None = None) -> list[ChainVerification]:
    """Verify these chains and their records, or everything (`audit.verification`), and record each chain's result.

    Findings are logged as alerts. The results are derived from the chains and can be made again, so there is no event.
    """
    recorded = []
    for found in [verify(name) for name in names] if names is not None else [verify()]:
        for finding in found.findings:
            logger.error("ALERT: the audit trail is broken. %s", finding)
        recorded += [_record(found, state) for state in found.chains]
    return recorded


def _record(found: Verification, state: ChainState) -> ChainVerification:
    known = {each.chain for each in found.chains}
    # Findings about records of no verified chain belong to the site's.
    of_records = (
        str(finding)
        for finding in found.findings
        if finding is not state.finding
        and state.chain == (finding.chain if finding.chain in known else SITE_CHAIN)
        and all(finding is not each.finding for each in found.chains)
    )
    facts = {
        "seq": state.seq,
        "hash": state.hash,
        "fault": str(state.finding or ""),
        "records_fault": next(of_records, ""),
        "not_compared": sum(found.not_compared.values()),
        "verified_at": Now(),
    }
    with write_transaction():
        ChainVerification.objects.update_or_create(chain=state.chain, defaults=facts)
        recorded = ChainVerification.objects.get(pk=state.chain)
        recorded.set_seal()
        recorded.save(update_fields=["seal"])
    return recorded
