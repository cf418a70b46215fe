"""Sites that write, are cut off from each other and meet again; and what random people do there.

A step is five numbers, so that Hypothesis can shrink a history: which site, which act, and what it is done to.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from hypothesis import strategies as st

from stages.registers.fold.acts import ActRefused, Acts
from stages.registers.fold.bundles import Bundle
from stages.registers.fold.increment import Increment
from stages.registers.fold.payloads import Payload
from stages.registers.fold.stacks import redoable, undoable
from stages.registers.fold.storage import MemoryStorage
from stages.registers.fold.undo import take_back_newest
from stages.registers.fold.views import Edge, Record
from tests.registers.fold.writing import Site, public_key

Step = tuple[int, int, int, int, int]

FACETS: Final = ("requirements", "risks")
FIELDS: Final = ("title", "prio")
TEXTS: Final = ("a", "B", "é", "日", "😀", "xyz", "\n")


class Replica(Site):
    """A site with its state, at which one person writes."""

    def __init__(self, name: str, ids: Iterator[int], increment: type[Increment] = Increment) -> None:
        super().__init__(name, ids)
        self.storage = MemoryStorage()
        self.increment = increment(self.storage)
        self.acts = Acts(self.increment)
        self.skew_ms = 0
        self.client_ids = itertools.count(int(public_key(name)[:4], 16) * 1_000 + 2)

    def act(self, payloads: Sequence[Payload], *, undoes: str | None = None) -> Bundle | None:
        """Write payloads as the person whose name the site has."""
        if not payloads:
            return None
        bundle = self.write(payloads, seen=self.storage.clock(), undoes=undoes)
        self.increment.add(bundle)
        return bundle

    def receive(self, bundle: Bundle) -> None:
        self.increment.add(bundle)

    def undo(self) -> Bundle | None:
        return self._take_back(undoable)

    def redo(self) -> Bundle | None:
        return self._take_back(redoable)

    def _take_back(self, listed: Callable[[Sequence[Bundle]], list[Bundle]]) -> Bundle | None:
        mine = listed(self.storage.by_actor(self.actor_id))
        found = take_back_newest(self.increment, mine, lambda: next(self.client_ids))
        return found and self.act(found[1].payloads, undoes=found[0].header.bundle_id)

    @property
    def records(self) -> list[Record]:
        return sorted((each for _id, each in self.storage.records.items()), key=lambda each: each.id)

    @property
    def living(self) -> list[Record]:
        return [each for each in self.records if each.alive]

    @property
    def edges(self) -> list[Edge]:
        return sorted((each for _id, each in self.storage.edges.items() if each.shown), key=lambda each: each.id)


class Network:
    """Sites that exchange bundles when somebody says so."""

    def __init__(
        self,
        count: int,
        *,
        skews: Iterable[int] = (),
        increment: type[Increment] = Increment,
        replica: type[Replica] = Replica,
    ) -> None:
        ids = itertools.count(1)
        self.sites = [replica("ABCDEFG"[at], ids, increment) for at in range(count)]
        self.now_ms = 1_000
        self.made: dict[str, Bundle] = {}
        for site, skew in zip(self.sites, skews, strict=False):
            site.skew_ms = skew

    def tick(self, ms: int = 1) -> None:
        self.now_ms += ms
        for site in self.sites:
            site.now_ms = max(0, self.now_ms + site.skew_ms)

    def pull(self, source: Replica, target: Replica, most: int | None = None) -> None:
        """Catch up by vector clock, or begin to: at most so many bundles."""
        for bundle in source.storage.lacking(target.storage.clock())[:most]:
            target.receive(bundle)

    def begin(self) -> None:
        """Some records that all sites know, so that few steps make a history."""
        first = self.sites[0]
        for at in range(4):
            self.tick()
            first.act(first.acts.create(first.new_id(), FACETS[at % 2], {"title": f"record {at}"}))
        self.settle()

    def settle(self) -> None:
        for _round in self.sites:
            for source, target in itertools.permutations(self.sites, 2):
                self.pull(source, target)

    @property
    def bundles(self) -> list[Bundle]:
        found = {each.hash: each for site in self.sites for each in site.storage.lacking({})}
        return list(found.values())

    def step(self, step: Step) -> None:
        """Let somebody do something, if it can be done."""
        site = self.sites[step[0] % len(self.sites)]
        self.tick(1 + step[4] % 3)
        with suppress(ActRefused):
            ACTS[step[1] % len(ACTS)](self, site, *step[2:])


def _pick(found: Sequence[Any], at: int) -> Any:
    if not found:
        raise ActRefused("not_found", "There is nothing yet.")
    return found[at % len(found)]


def _create(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    values = {"title": f"t{c}"} if c % 3 else {"title": f"t{c}", "prio": c % 4}
    site.act(site.acts.create(site.new_id(), FACETS[b % 2], values))


def _set(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    record = _pick(site.living, a)
    facet = _pick(sorted(record.fields), b)
    values = (c % 5, None, "x", True, 0.5, {"entity": record.id})
    site.act(site.acts.set_field(record.id, facet, FIELDS[c % 2], values[c % 11 % 6] if c % 4 == 0 else c % 5))


def _resolve(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    open_fields = [each for record in site.living for each in record.conflicts if each.kind == "field"]
    conflict = _pick(open_fields, a)
    record = site.increment.storage.records.get(conflict.subject)
    assert record is not None
    facet = conflict.facet if conflict.facet in record.fields else _pick(sorted(record.fields), b)
    site.act(site.acts.resolve(record.id, facet, conflict.field, f"r{c}"))


def _type(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    record = _pick(site.living, a)
    facet = _pick(sorted(record.fields), b)
    text = record.texts[facet].get("body", "")
    at = c % (len(text) + 1)
    changed = text[:at] + TEXTS[c % 7] * (1 + b % 3) + text[at + a % 3 :]
    site.act(site.acts.type_text(record.id, facet, "body", changed, next(site.client_ids)))


def _delete(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    site.act(site.acts.delete(_pick(site.living, a).id))


def _restore(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    site.act(site.acts.restore(_pick([each for each in site.records if not each.alive], a).id))


def _attach(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    site.act(site.acts.attach(_pick(site.living, a).id, FACETS[b % 2]))


def _detach(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    record = _pick(site.living, a)
    site.act(site.acts.detach(record.id, _pick(sorted(record.fields), b)))


def _link(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    source, target = _pick(site.living, a), _pick(site.living, b)
    edge_type = ("verifies", None)[c % 2]
    site.act(site.acts.link(site.new_id(), source.id, target.id, edge_type, {"note": c % 3} if c % 4 else {}))


def _link_ordered(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    source, target = _pick(site.living, a), _pick(site.living, b)
    site.act(site.acts.link_ordered(site.new_id(), source.id, target.id, "contains", at=c % 4, properties={}))


def _move(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    site.act(site.acts.move(_pick([each for each in site.edges if each.index], a).id, c % 5))


def _unlink(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    site.act(site.acts.unlink(_pick(site.edges, a).id))


def _set_property(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    site.act(site.acts.set_property(_pick(site.edges, a).id, "note", c % 4))


def _merge(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    site.act(site.acts.merge(_pick(site.living, a).id, _pick(site.living, b).id))


def _split(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    record = _pick(site.living, a)
    others = [member for member in record.facts.members if member != record.id]
    if others and c % 2:
        site.act(site.acts.split_back(record.id, _pick(others, b)))
    else:
        site.act(site.acts.split_off(record.id, site.new_id(), [_pick(sorted(record.fields), b)]))


def _map(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    one, other = ("requirements", FIELDS[a % 2]), ("risks", FIELDS[b % 2])
    site.act(site.acts.map_fields(one, other, confirmed=bool(c % 3)))


def _undo(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    site.undo()


def _redo(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    site.redo()


def _pull(net: Network, site: Replica, a: int, b: int, c: int) -> None:
    source = net.sites[a % len(net.sites)]
    if source is not site:
        net.pull(source, site, (None, 1, 3)[c % 3])


# One of each kind that can be taken back, for the properties of undo.
UNDOABLE: Final = (
    *(_create, _set, _resolve, _type, _delete, _restore, _attach, _detach, _link, _link_ordered, _move, _unlink),
    *(_set_property, _merge, _split, _map),
)
ACTS: Final = (
    *(_create, _create, _set, _set, _set, _set, _type, _type, _type, _resolve, _delete, _restore, _attach, _attach),
    *(_detach, _link, _link_ordered, _link_ordered, _link_ordered, _move, _move, _unlink, _set_property),
    *(_merge, _merge, _merge, _split, _split, _map, _undo, _redo, _pull, _pull, _pull, _pull),
)

small = st.integers(0, 11)
steps = st.tuples(st.integers(0, 3), st.integers(0, len(ACTS) - 1), small, small, small)


def histories(least: int = 20, most: int = 60) -> st.SearchStrategy[list[Step]]:
    return st.lists(steps, min_size=least, max_size=most)


def random_steps(chance: random.Random, count: int) -> list[Step]:
    return [
        (chance.randrange(4), chance.randrange(len(ACTS)), *(chance.randrange(12) for _ in range(3)))  # type: ignore[misc]
        for _ in range(count)
    ]
