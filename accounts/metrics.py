"""Metrics of one node about failed authentication."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

REFUSED: Final = Counter("foundry_proofs_refused", "Failed tries to sign in or to sign, by purpose.", ["purpose"])
LOCKOUTS: Final = Counter("foundry_lockouts", "Accounts and addresses locked after failures, by purpose.", ["purpose"])
