"""The trail's own tables: keys, checkpoints, time stamps, reviews. What is sealed is checked beside them."""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from audit.checkpoints.models import Checkpoint, Timestamp
from audit.checkpoints.services import CHECKPOINT_MADE
from audit.checkpoints.stamping import CHECKPOINT_STAMPED
from audit.keys.models import SiteKey
from audit.keys.succession import KEY_ADDED
from audit.keys.text import rfc3339
from audit.rebuilding.facts import Fact, ShortlyBefore
from audit.rebuilding.tables import AS_HEX, Column, Rows, Table
from audit.reviews.models import Review
from audit.reviews.services import AUDIT_REVIEWED

KEYS: Final = Table(SiteKey, name="site key", key=("fingerprint",), columns={"public_key": AS_HEX})


@KEYS.on(KEY_ADDED)
def _added(rows: Rows, fact: Fact) -> None:
    rows.put(fact, (fact.target_id,), public_key=fact.data["public_key"], added_at=ShortlyBefore(fact.at))


CHECKPOINTS: Final = Table(
    Checkpoint,
    name="checkpoint",
    key=("number",),
    columns={"text": Column(as_recorded=lambda text: hashlib.sha256(text.encode()).hexdigest())},
    unrecorded={
        "signature": "proved by the key, in the check of checkpoints",
        "made_at": "in the sealed text, which the check of checkpoints compares with it",
    },
)


@CHECKPOINTS.on(CHECKPOINT_MADE)
def _made(rows: Rows, fact: Fact) -> None:
    rows.put(fact, (int(fact.target_id),), text=fact.data["sha256"], key_id=fact.data["key"])


STAMPS: Final = Table(
    Timestamp,
    name="time stamp of checkpoint",
    key=("checkpoint_id",),
    columns={
        "answer": Column(as_recorded=lambda answer: hashlib.sha256(bytes(answer)).hexdigest()),
        "stamped_at": Column(as_recorded=rfc3339),
    },
)


@STAMPS.on(CHECKPOINT_STAMPED)
def _stamped(rows: Rows, fact: Fact) -> None:
    data, key = fact.data, (int(fact.target_id),)
    rows.put(fact, key, authority=data["authority"], answer=data["answer"], stamped_at=data["at"])


REVIEWS: Final = Table(
    Review, name="review", key=("id",), chain="chain", columns={"from_hash": AS_HEX, "to_hash": AS_HEX}
)


@REVIEWS.on(AUDIT_REVIEWED)
def _reviewed(rows: Rows, fact: Fact) -> None:
    data = {name: fact.data[name] for name in ("from_seq", "to_seq", "from_hash", "to_hash", "findings", "fault")}
    rows.put(fact, (UUID(fact.target_id),), chain=fact.chain, reviewer_id=fact.actor_id, reviewed_at=fact.at, **data)


TABLES: Final = (KEYS, CHECKPOINTS, STAMPS, REVIEWS)
