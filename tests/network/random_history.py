"""What may happen in a network of real sites: people act while lines break, servers are killed and clocks are wrong."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from tests.network.acts import RandomActs, furnish
from tests.network.network import TestNetwork
from tests.network.site import Site

# Seconds. How long the sites may take to settle after it.
SETTLING: Final = 180.0
# Two of these are less apart than the 300 s that sites take of each other's clocks.
SKEWS: Final = (-140, 0, 140)


class History:
    """What happens in a network, by the dice of a seed."""

    def __init__(self, network: TestNetwork, seed: int, sites: list[Site]) -> None:
        self.network = network
        self.chance = random.Random(seed)
        self.sites = sites
        self.happened: Counter[str] = Counter()
        self.acts = RandomActs(self.chance, network.project, furnish(sites[0].owner, network.project))
        network.wait_for_sync()

    def run(self, *, steps: int, longest: float) -> None:
        """So many steps, or fewer in `longest` seconds; then all lines are whole, and the sites have the same."""
        deadline = time.monotonic() + longest
        for _ in range(steps):
            if time.monotonic() > deadline:
                break
            self.step()
        self.network.heal()
        self.network.wait_for_sync(patience=SETTLING)
        self.network.assert_same()
        sys.stdout.write(f"{dict(self.happened)}, {sum(self.acts.done.values())} acts\n")

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
