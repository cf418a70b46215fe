"""f12: networks of 2 to 5 real sites, whose people act while lines break, servers are killed and clocks are wrong.

Settled, all have one state hash and one list of conflicts, and everything verifies at each. `script/check --faults`
takes more networks and longer histories; the seed of each is in the name of its test.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.faults import IS_LONG
from tests.network.acts import REQUIREMENTS, RandomActs, furnish
from tests.network.network import TestNetwork
from tests.network.site import Site
from tests.patience import until

SEEDS = (1, 2, 3, 4, 5, 6) if IS_LONG else (3,)
STEPS = 250 if IS_LONG else 60
# Seconds after which a history ends, however far it is.
LONGEST = 120.0 if IS_LONG else 25.0
PATIENCE = 180.0
# Two of these are less apart than the 300 s that sites take of each other's clocks.
SKEWS = (-140, 0, 140)
ROWS = 500


@pytest.fixture
def network(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[TestNetwork]:
    with django_db_blocker.unblock(), TestNetwork() as made:
        yield made
        for site in made.sites.values():
            sys.stdout.write(f"--- {site.name}\n{site.output}")


class History:
    """What happens in a network, by the dice of a seed."""

    def __init__(self, network: TestNetwork, seed: int, sites: list[Site]) -> None:
        self.network = network
        self.chance = random.Random(seed)
        self.sites = sites
        self.happened: Counter[str] = Counter()
        self.acts = RandomActs(self.chance, network.project, furnish(sites[0].owner, network.project))

    def step(self) -> None:
        """Mostly people act, now and then something goes wrong."""
        happening = self.chance.choice(HAPPENINGS)
        self.happened[happening.__name__] += 1
        happening(self)

    def act(self) -> None:
        self.acts.act(self.chance.choice(self.sites).owner)

    def part(self) -> None:
        one = set(self.chance.sample(self.sites, self.chance.randrange(1, len(self.sites))))
        self.network.partition(one, set(self.sites) - one)

    def heal(self) -> None:
        self.network.heal()

    def drop(self) -> None:
        one, other = self.chance.sample(self.sites, 2)
        self.network.lines.drop(self.network.lines.between(one.name, other.name))

    def slow_down(self) -> None:
        one, other = self.chance.sample(self.sites, 2)
        self.network.lines.line(one.name, other.name).delay = self.chance.random() / 20

    def kill(self) -> None:
        """A server dies in the middle of whatever it does, and is started again."""
        site = self.chance.choice(self.sites)
        site.kill()
        site.start()

    def set_clock(self) -> None:
        self.chance.choice(self.sites).start_again(clock=self.chance.choice(SKEWS))


HAPPENINGS: tuple[Callable[[History], None], ...] = (
    *[History.act] * 36,
    *[History.part] * 2,
    *[History.heal] * 3,
    *[History.drop] * 2,
    History.slow_down,
    History.kill,
    History.set_clock,
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_network_settles(network: TestNetwork, seed: int) -> None:
    sites = network.add_peers(2 + seed % 4 if IS_LONG else 3)
    network.share(*sites)
    history = History(network, seed, sites)
    network.wait_for_sync()
    deadline = time.monotonic() + LONGEST
    for _ in range(STEPS):
        if time.monotonic() > deadline:
            break
        history.step()
    network.heal()
    network.wait_for_sync(patience=PATIENCE)
    network.assert_same()
    network.verify()
    sys.stdout.write(f"seed {seed}: {dict(history.happened)}, {sum(history.acts.done.values())} acts\n")


@pytest.mark.skipif(not IS_LONG, reason="takes minutes: script/check --faults")
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
    network.wait_for_sync(patience=PATIENCE)
    network.assert_same()
    network.verify()


def is_settled(network: TestNetwork) -> bool:
    one, other = (site.owner.state(network.project)["clock"] for site in network.sites.values())
    return bool(one == other)
