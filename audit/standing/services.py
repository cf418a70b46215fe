"""Walking chains and noting what was found, so that a page need not walk them to say how they stand."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db.models.functions import Now

from audit.standing.models import Standing
from audit.transactions import write_transaction
from audit.verification import chains, verify_chain

logger = logging.getLogger(__name__)


def note_standing(*, chain: str) -> Standing:
    """Verify a chain from its beginning and note how far it fits; an alert in the log where it is broken.

    Nothing of the product is written, so there is no event: anybody can make the note again from the chain itself.
    """
    state = verify_chain(chain)
    fault = str(state.finding or "")
    facts = {"seq": state.seq, "hash": state.hash, "fault": fault, "verified_at": Now()}
    with write_transaction():
        Standing.objects.update_or_create(chain=chain, defaults=facts)
    if fault:
        logger.error("ALERT: the audit trail is broken. %s", fault)
    return Standing.objects.get(pk=chain)


def note_standings(names: Iterable[str] | None = None) -> list[Standing]:
    """`note_standing` for these chains; for all there are without names."""
    return [note_standing(chain=name) for name in (chains() if names is None else names)]
