"""Making checkpoints: one at a time, each naming the one before, each also in the log for an outside collector."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

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
from kernel.transactions import write_transaction

logger = logging.getLogger(__name__)

CHECKPOINT = "checkpoint"
CHECKPOINT_MADE = "checkpoint.made"

# Called with the number of each new checkpoint, inside its transaction: jobs that they defer commit with it.
_announcers: list[Callable[[int], object]] = []


def announce_by(announcer: Callable[[int], object]) -> None:
    """Also give each checkpoint's number to this function; called once, from an app's `ready()`."""
    _announcers.append(announcer)


def make_checkpoint(*, caller: AuditCaller, only_if_changed: bool = False) -> Checkpoint | None:
    """Seal where all chains stand now.

    With `only_if_changed` (the schedule's way) None where nothing but the last checkpoint's own event has been recorded
    since. Raises `Unavailable`.
    """
    ensure_site_key(caller=caller)
    with write_transaction():
        return append_checkpoint(caller=caller, only_if_changed=only_if_changed)


def append_checkpoint(*, caller: AuditCaller, only_if_changed: bool = False) -> Checkpoint | None:
    """`make_checkpoint` inside the transaction of a write, whose own events it covers; the site's key is on record.

    Goes last in its transaction: it takes the chain `site`, the last in the order of locks.
    """
    with connection.cursor() as cursor:
        # One at a time; the next statement then sees the checkpoint before.
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
    for announce in _announcers:
        announce(number)
    transaction.on_commit(functools.partial(_tell, checkpoint), robust=True)
    return checkpoint


def _is_news(heads: list[str], previous: Checkpoint) -> bool:
    """Whether anything was recorded since the previous checkpoint but its own event."""
    fresh = set(heads) - set(previous.statement["heads"])
    own = Event.objects.chain(SITE_CHAIN).filter(action=CHECKPOINT_MADE, target_id=str(previous.number)).first()
    if own is None:
        return True
    return bool(fresh - {Head(SITE_CHAIN, own.seq, bytes(own.hash).hex()).digest})


def _tell(checkpoint: Checkpoint) -> None:
    """One line with what an outside collector needs to notice that this checkpoint, or what it saw, was cut off."""
    logger.info(
        "checkpoint number=%d sha256=%s key=%s signature=%s",
        checkpoint.number,
        checkpoint.sha256,
        checkpoint.key_id,
        bytes(checkpoint.signature).hex(),
    )
