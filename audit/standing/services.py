"""Verifying, and noting what was found, so that a page need not verify to say how things stand."""

from __future__ import annotations

import logging

from django.db.models.functions import Now

from audit.models import SITE_CHAIN
from audit.standing.models import Standing
from audit.verification import ChainState, Verification, verify
from kernel.transactions import write_transaction

logger = logging.getLogger(__name__)


def note_standing(*, chain: str) -> Standing:
    """Verify a chain from its beginning, and what it tells of; note how far it fits (`note_standings`)."""
    (noted,) = note_standings([chain])
    return noted


def note_standings(names: list[str] | None = None) -> list[Standing]:
    """Verify these chains with the records that they tell of, or everything (`audit.verification`), and note it.

    What is wrong is an alert in the log. Nothing of the product is written, so there is no event: anybody can make the
    note again from the chain itself.
    """
    noted = []
    for found in [verify(name) for name in names] if names is not None else [verify()]:
        for finding in found.findings:
            logger.error("ALERT: the audit trail is broken. %s", finding)
        noted += [_note(found, state) for state in found.chains]
    return noted


def _note(found: Verification, state: ChainState) -> Standing:
    known = {each.chain for each in found.chains}
    # What no chain that was walked tells of is the site's.
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
        Standing.objects.update_or_create(chain=state.chain, defaults=facts)
        noted = Standing.objects.get(pk=state.chain)
        noted.set_seal()
        noted.save(update_fields=["seal"])
    return noted
