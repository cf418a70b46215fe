"""f12: networks of 2 to 5 real sites, whose people act while lines break, servers are killed and clocks are wrong.

Settled, all have one state hash and one list of conflicts, and everything verifies at each.

Only `script/check --faults` takes these; `tests/network/test_random_history.py` is the short form. The seed of each
network is in the name of its test.
"""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.faults import IS_LONG
from tests.network.acts import REQUIREMENTS, furnish
from tests.network.network import TestNetwork
from tests.network.random_history import SETTLING, History
from tests.patience import until

pytestmark = pytest.mark.skipif(not IS_LONG, reason="takes minutes: script/check --faults")

SEEDS = (1, 2, 3, 4, 5, 6)
STEPS = 250
# Seconds after which a history ends, however far it is.
LONGEST = 120.0
ROWS = 500


@pytest.fixture
def network(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[TestNetwork]:
    with django_db_blocker.unblock(), TestNetwork() as made:
        yield made
        for site in made.sites.values():
            sys.stdout.write(f"--- {site.name}\n{site.output}")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_network_settles(network: TestNetwork, seed: int) -> None:
    sites = network.add_peers(2 + seed % 4)
    network.share(*sites)
    History(network, seed, sites).run(steps=STEPS, longest=LONGEST)
    network.verify()


def test_ten_thousand_operations_over_a_line_that_breaks_twenty_times(network: TestNetwork) -> None:
    """Case 13, in full."""
    chance = random.Random(13)
    a, b = network.add_peers(2)
    network.share(a, b)
    furnish(a.owner, network.project)
    network.wait_for_sync()
    network.partition({a}, {b})
    path = f"projects/{network.project}/registers/tables/{REQUIREMENTS}/records/"
    for _ in range(10_000 // (2 * ROWS)):
        b.owner.post(path, {"rows": [{"title": f"row {row}", "prio": row} for row in range(ROWS)]})
    for number in range(200):
        b.owner.create(network.project, REQUIREMENTS, title=f"small {number}")
    between = network.lines.between(a.name, b.name)
    for _ in range(20):
        for line in between:
            line.is_open, line.bytes_left = True, chance.randrange(2_000, 2_000_000)
        for one, other in itertools.permutations((a, b)):
            network.dial(one, other)
        until(lambda: any(line.bytes_left == 0 for line in between) or is_settled(network), "it broke")
        network.lines.cut(between)
    network.heal()
    network.wait_for_sync(patience=SETTLING)
    network.assert_same()
    network.verify()


def is_settled(network: TestNetwork) -> bool:
    one, other = (site.owner.state(network.project)["clock"] for site in network.sites.values())
    return bool(one == other)
