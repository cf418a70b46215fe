"""A network without servers: sites that are only their log, their state and the fold, and links that carry texts.

What a site passes on are the texts and signatures that it has stored, in the order in which they came to it. A batch
that breaks off is not taken at all. What a clock that is ahead has written waits, and with it the rest of its chain.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final

from hypothesis import strategies as st

from stages.registers.fold.acts import ActRefused
from stages.registers.fold.bundles import Bundle, SignedBundle, check_follows, read_bundle
from stages.registers.fold.hlc import split_hlc
from stages.registers.fold.increment import Increment
from stages.registers.fold.payloads import Payload
from stages.registers.fold.storage import MemoryStorage
from tests.registers.fold.network import ACTS, Network, Replica, Step
from tests.registers.fold.writing import key_of

# A bundle between two sites: the header's text, and each operation's text with its signature.
Wire = tuple[str, tuple[tuple[str, bytes], ...]]

MOST_AHEAD_MS: Final = 300_000
# Until then the time of everything has come that a site may have written.
LATER_MS: Final = 2_000_000
SKEWS: Final = ((), (0, 200_000, -200_000), (600_000, 0, -600_000), (0, 0, 400_000, -400_000))


class PureSite(Replica):
    """A site that verifies what it takes in, as the product does, and keeps it in the order in which it came."""

    def __init__(self, name: str, ids: Iterator[int], increment: type[Increment] = Increment) -> None:
        super().__init__(name, ids, increment)
        self.key, self.person = key_of(f"site {name}"), key_of(f"person {name}")
        self.site_key = self.key.verify_key.encode().hex()
        self.arrived: list[Wire] = []
        self.held: dict[str, dict[int, Wire]] = defaultdict(dict)

    @property
    def actor_id(self) -> str:
        return self.person.verify_key.encode().hex()

    def sign(self, text: str) -> bytes:
        return self.person.sign(text.encode()).signature

    def act(self, payloads: Sequence[Payload], *, undoes: str | None = None) -> Bundle | None:
        bundle = super().act(payloads, undoes=undoes)
        if bundle is not None:
            self.arrived.append(wire_of(bundle))
        return bundle

    def lacking_at(self, other: PureSite) -> list[Wire]:
        """What another site has not got of each chain, nor holds back, in the order in which it came here."""

        def is_lacking(wire: Wire) -> bool:
            header = verified(wire).header
            known = other.storage.head(header.site_key).number
            return header.number > known and header.number not in other.held[header.site_key]

        return [wire for wire in self.arrived if is_lacking(wire)]

    def ingest(self, batch: Iterable[Wire]) -> None:
        """Take a batch in; what is known already is dropped, what is ahead of its time is held."""
        for wire in batch:
            self._take(wire)
        self.retry_held()

    def retry_held(self) -> None:
        """Take what waits and may come in now."""
        for chain in self.held.values():
            for number in sorted(chain):
                self._take(chain.pop(number))

    def restart(self) -> None:
        """Forget all that is derived, as a rebuild does, and fold the log again."""
        bundles = self.storage.lacking({})
        self.storage = MemoryStorage()
        self.increment = type(self.increment)(self.storage)
        self.acts = type(self.acts)(self.increment)
        for bundle in bundles:
            self.increment.add(bundle)

    def _take(self, wire: Wire) -> None:
        signed = verified(wire)
        head = self.storage.head(signed.header.site_key)
        if signed.header.number <= head.number:
            return
        chain = self.held[signed.header.site_key]
        is_ahead = split_hlc(signed.operations[-1].hlc)[0] > self.now_ms + MOST_AHEAD_MS
        if is_ahead or signed.header.number > head.number + 1:
            chain[signed.header.number] = wire
            return
        self.increment.add(check_follows(signed, head))
        self.arrived.append(wire)


class PureNetwork(Network):
    """Sites, and which of them can reach which. `step` takes acts of people and what happens to the network."""

    sites: list[PureSite]  # type: ignore[assignment]

    def __init__(self, count: int, *, skews: Iterable[int] = ()) -> None:
        super().__init__(count, skews=skews, replica=PureSite)
        self._apart: set[frozenset[str]] = set()
        self.tick()

    def tick(self, ms: int = 1) -> None:
        super().tick(ms)
        for site in self.sites:
            site.retry_held()

    def partition(self, *groups: Iterable[PureSite]) -> None:
        named = [{site.name for site in group} for group in groups]
        pairs = [frozenset(pair) for pair in itertools.combinations([site.name for site in self.sites], 2)]
        self._apart = {pair for pair in pairs if not any(pair <= group for group in named)}

    def heal(self) -> None:
        self._apart = set()

    def disconnect(self, one: PureSite, other: PureSite) -> None:
        self._apart.add(frozenset({one.name, other.name}))

    def connect(self, one: PureSite, other: PureSite) -> None:
        self._apart.discard(frozenset({one.name, other.name}))

    def pull(self, source: Replica, target: Replica, most: int | None = None) -> None:
        """One batch over the link, where there is one."""
        assert isinstance(source, PureSite)
        assert isinstance(target, PureSite)
        if frozenset({source.name, target.name}) not in self._apart:
            target.ingest(source.lacking_at(target)[:most])

    def wait_for_sync(self) -> str:
        """Let the time come of all that is held, and every link carry what the other end lacks; the state hash."""
        self.tick(LATER_MS)
        self.settle()
        clocks = [site.storage.clock() for site in self.sites]
        assert all(clock == clocks[0] for clock in clocks), clocks
        assert not any(chain for site in self.sites for chain in site.held.values())
        (found,) = {self.state_hash(site) for site in self.sites}
        return found

    def state_hash(self, site: Replica) -> str:
        return site.increment.state().hash

    def step(self, step: Step) -> None:
        site = self.sites[step[0] % len(self.sites)]
        self.tick(1 + step[4] % 3)
        act = step[1] % (len(ACTS) + len(HAPPENINGS))
        if act < len(ACTS):
            with suppress(ActRefused):
                ACTS[act](self, site, *step[2:])
        else:
            HAPPENINGS[act - len(ACTS)](self, site, *step[2:])


@lru_cache(10_000)
def verified(wire: Wire) -> SignedBundle:
    """The bundle of these texts, whose form and signatures are right. Raises `Malformed`, `AssertionError`."""
    signed = read_bundle(*wire)
    assert signed.wrong_signature() is None
    return signed


def wire_of(bundle: Bundle) -> Wire:
    signed = bundle.signed
    return signed.header_text, tuple(zip(signed.texts, signed.signatures, strict=True))


def _cut_in_two(net: PureNetwork, site: PureSite, a: int, b: int, c: int) -> None:
    """Some sites on one side, the others on the other one."""
    one = {each for at, each in enumerate(net.sites) if (a * 12 + b) >> at & 1}
    net.partition(one, set(net.sites) - one)


def _heal(net: PureNetwork, site: PureSite, a: int, b: int, c: int) -> None:
    net.heal()


def _toggle(net: PureNetwork, site: PureSite, a: int, b: int, c: int) -> None:
    other = net.sites[a % len(net.sites)]
    (net.connect if c % 2 else net.disconnect)(site, other)


def _restart(net: PureNetwork, site: PureSite, a: int, b: int, c: int) -> None:
    site.restart()


def _push_again(net: PureNetwork, site: PureSite, a: int, b: int, c: int) -> None:
    """What came earlier comes once more, out of turn."""
    first = a * 3
    site.ingest(net.sites[b % len(net.sites)].arrived[first : first + 1 + c])


def _set_clock(net: PureNetwork, site: PureSite, a: int, b: int, c: int) -> None:
    site.skew_ms = (a - 6) * 100_000


def _exchange(net: PureNetwork, site: PureSite, a: int, b: int, c: int) -> None:
    """A link carries everything, both ways."""
    other = net.sites[a % len(net.sites)]
    if other is not site:
        net.pull(site, other)
        net.pull(other, site)


HAPPENINGS: Final = (
    *(_cut_in_two, _heal, _toggle, _restart, _push_again, _set_clock),
    *(_exchange, _exchange, _exchange, _exchange),
)

_small = st.integers(0, 11)
_steps = st.tuples(st.integers(0, 4), st.integers(0, len(ACTS) + len(HAPPENINGS) - 1), _small, _small, _small)


def histories(least: int = 20, most: int = 70) -> st.SearchStrategy[list[Step]]:
    return st.lists(_steps, min_size=least, max_size=most)


def random_history(chance: random.Random, count: int) -> list[Step]:
    kinds = len(ACTS) + len(HAPPENINGS)
    return [
        (chance.randrange(5), chance.randrange(kinds), *(chance.randrange(12) for _ in range(3)))  # type: ignore[misc]
        for _ in range(count)
    ]
