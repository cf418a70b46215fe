"""Making checkpoints: each links to the one before, and is also logged for an external log collector."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Final

from django.db import connection, transaction
from django.db.models import DateTimeField, Func

from audit.checkpoints.heads import Head, current_heads
from audit.checkpoints.models import Checkpoint
from audit.keys.sealing import ensure_site_key, seal
from audit.keys.succession import site_keys
from audit.keys.text import rfc3339
from audit.models import SITE_CHAIN, Event, Site
from audit.protocols import AuditCaller
from audit.services import Target, record
from kernel.registry import Registry
from kernel.transactions import write_transaction

logger = logging.getLogger(__name__)

CHECKPOINT = "checkpoint"
CHECKPOINT_MADE = "checkpoint.made"

# Steps that apps run with the number of each new checkpoint, inside its transaction, so that their jobs commit with it.
CHECKPOINT_STEPS: Final = Registry[Callable[[int], object]]("step when a checkpoint is made")


def make_checkpoint(*, caller: AuditCaller, only_if_changed: bool = False) -> Checkpoint | None:
    """Make a checkpoint: seal the current heads of all chains.

    With `only_if_changed`, as used by the schedule, return None if nothing has been recorded since the last checkpoint
    except its own event. Raises `Unavailable`.
    """
    ensure_site_key(caller=caller)
    with write_transaction():
        return append_checkpoint(caller=caller, only_if_changed=only_if_changed)


def append_checkpoint(*, caller: AuditCaller, only_if_changed: bool = False) -> Checkpoint | None:
    """Make a checkpoint inside the transaction of a write, including its events. The site key must be recorded already.

    Must come last in the transaction, because it locks the chain `site`, which is last in the lock order.
    """
    with connection.cursor() as cursor:
        # One transaction at a time, so that the next statement sees the previous checkpoint.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('audit:checkpoints', 0))")
    previous = Checkpoint.objects.order_by("-number").first()
    heads = sorted(head.digest for head in current_heads())
    if only_if_changed and previous is not None and not _is_news(heads, previous):
        return None
    number = previous.number + 1 if previous else 1
    at = Site.objects.annotate(now=Func(function="clock_timestamp", output_field=DateTimeField())).get().now
    before = previous.sha256 if previous else None
    keys = list(site_keys().known())
    sealed = seal(CHECKPOINT, {"number": number, "at": rfc3339(at), "previous": before, "keys": keys, "heads": heads})
    checkpoint = Checkpoint.objects.create(
        number=number, text=sealed.text, key_id=sealed.key, signature=sealed.signature, made_at=at
    )
    data = {"number": number, "sha256": sealed.sha256, "key": sealed.key, "chains": len(heads)}
    record(caller=caller, action=CHECKPOINT_MADE, target=Target.of("checkpoint", str(number)), data=data)
    for step in CHECKPOINT_STEPS.values():
        step(number)
    transaction.on_commit(functools.partial(_log_checkpoint, checkpoint), robust=True)
    return checkpoint


def _is_news(heads: list[str], previous: Checkpoint) -> bool:
    """Whether anything but its own event was recorded since the previous checkpoint."""
    fresh = set(heads) - set(previous.statement["heads"])
    own = Event.objects.chain(SITE_CHAIN).filter(action=CHECKPOINT_MADE, target_id=str(previous.number)).first()
    if own is None:
        return True
    return bool(fresh - {Head(SITE_CHAIN, own.seq, bytes(own.hash).hex()).digest})


def _log_checkpoint(checkpoint: Checkpoint) -> None:
    """Log the values with which an external collector can detect that this checkpoint or its events were removed."""
    logger.info(
        "checkpoint number=%d sha256=%s key=%s signature=%s",
        checkpoint.number,
        checkpoint.sha256,
        checkpoint.key_id,
        bytes(checkpoint.signature).hex(),
    )
