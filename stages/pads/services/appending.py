"""Appending to the log of a pad: whatever waits on a node for one pad goes into one transaction.

Nothing is answered or shown before it is committed. The document is changed before the commit, so whatever goes wrong
leaves it dropped; the batch is then done one by one, and only what is at fault is refused.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.crdt.documents import DocumentBroken
from kernel.errors import DomainError, ValidationFailed
from kernel.transactions import write_transaction
from stages.pads.documents import DOCUMENTS
from stages.pads.metrics import APPENDING, BATCH, REFUSALS, REVISIONS
from stages.pads.services.batches import open_batch
from stages.pads.submissions import Accepted, Submission

logger = logging.getLogger(__name__)

# What became of one submission.
Outcome = Accepted | Exception


def append_revisions(*, pad_id: UUID, submissions: Sequence[Submission]) -> list[Outcome]:
    """Apply what clients sent to a pad, in their order; the outcome of each. Raises `Unavailable`, `NotFound`.

    A refusal of one is its outcome and changes nothing for the others: `PermissionDenied`, `ProjectFrozen`,
    `PadClosed`, `PadRenewed`, `ValidationFailed`, `PayloadTooLarge`, `ClientRefReused`, or `Conflict` for a writer that
    the pad does not know and for a revision too far behind.
    """
    try:
        outcomes = _append_together(pad_id, submissions)
    except DomainError:
        raise
    except Exception as error:
        if len(submissions) > 1:
            logger.warning("A batch of pad %s is done one by one: %r", pad_id, error)
            return [outcome for each in submissions for outcome in append_revisions(pad_id=pad_id, submissions=[each])]
        logger.exception("A change of pad %s could not be applied", pad_id)
        outcomes = [_refusal(error)]
    _count(outcomes)
    return outcomes


def append_revision(*, pad_id: UUID, submission: Submission) -> Accepted:
    """The same for one submission; raises its refusal."""
    (outcome,) = append_revisions(pad_id=pad_id, submissions=[submission])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _append_together(pad_id: UUID, submissions: Sequence[Submission]) -> list[Outcome]:
    with APPENDING.time(), DOCUMENTS.using(pad_id) as cached, write_transaction():
        batch = open_batch(pad_id, cached, submissions)
        outcomes = [_outcome(batch.append, each) for each in submissions]
        batch.store()
        BATCH.observe(len(submissions))
        REVISIONS.inc(len(batch.rows))
    return outcomes


def _outcome(append: Callable[[Submission], Accepted], submission: Submission) -> Outcome:
    try:
        return append(submission)
    except DomainError as refusal:
        return refusal


def _refusal(error: Exception) -> Exception:
    """What a client gets to know of a surprise."""
    if isinstance(error, DocumentBroken):
        return ValidationFailed({"update": [_("This change could not be applied.")]})
    return error


def _count(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            REFUSALS.labels(getattr(outcome, "code", "error")).inc()
