"""The sites of admission's tests, and what is held of what they send."""

from __future__ import annotations

from tests.replication.admission.conftest import administrator, ann, boss, bring, invite

__all__ = ["administrator", "ann", "boss", "bring", "invite"]
