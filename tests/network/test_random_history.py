"""f12: three sites have one state after a random history; `tests/faults/test_f12_sites.py` has more and longer ones."""

from __future__ import annotations

from tests.network.conftest import Trio
from tests.network.random_history import History

SEED = 3
STEPS = 60
# Seconds after which the history ends, however far it is.
LONGEST = 25.0


def test_three_sites_settle_after_a_random_history(trio: Trio) -> None:
    History(trio.network, SEED, list(trio.sites)).run(steps=STEPS, longest=LONGEST)
