"""Registers in Postgres are what the definition says, in whatever order bundles came."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from projects.models import Project
from stages.registers.fold.bundles import Bundle
from stages.registers.fold.definition import replay
from stages.registers.fold.stacks import undoable
from stages.registers.fold.undo import take_back_bundle
from stages.registers.fold.views import State
from stages.registers.models import Conflict, Edge, Mapping, Record, Row
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.rows import rows_of
from stages.registers.storing.storage import PostgresStorage
from tests.registers.fold.comparing import assert_same, defined
from tests.registers.fold.network import Network, random_steps

pytestmark = pytest.mark.django_db


def history(seed: int, count: int = 70) -> Network:
    net = Network(3, skews=((), (0, 200_000, -200_000))[seed % 2])
    net.begin()
    for step in random_steps(random.Random(seed), count):
        net.step(step)
    return net


def take(project: Project, bundles: Sequence[Bundle], *, at_once: int = 1) -> StoredIncrement:
    """Bundles in the order in which they are given, so many of them in each transaction."""
    for at in range(0, len(bundles), at_once):
        increment = StoredIncrement(PostgresStorage(project.id))
        for bundle in bundles[at : at + at_once]:
            increment.add(bundle)
        increment.storage.flush()
    return StoredIncrement(PostgresStorage(project.id))


def check_rows(project: Project, state: State) -> None:
    """What is shown is what the state shows."""
    rows = {(each.facet, str(each.record)): each for each in Row.objects.filter(project=project)}
    expected = {(facet, key): row for key, record in state.records.items() for facet, row in rows_of(record).items()}
    assert rows.keys() == expected.keys()
    for key, row in expected.items():
        assert (rows[key].shown, tuple(rows[key].conflicts)) == (row.shown, row.conflicts)
    found = Conflict.objects.filter(project=project, resolved_at=None)
    conflicts = [(each.kind, str(each.subject), each.facet, each.field, tuple(each.values)) for each in found]
    assert sorted(conflicts) == [(c.kind, c.subject, c.facet, c.field, c.values) for c in state.conflicts]
    assert {str(each.id): each.shown for each in Edge.objects.filter(project=project)} == {
        key: edge.shown for key, edge in state.edges.items()
    }
    assert {str(each.id): bytes(each.digest) for each in Record.objects.filter(project=project)} == {
        key: record.digest for key, record in state.records.items()
    }
    assert Mapping.objects.filter(project=project).count() == len(state.mappings)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_stored_is_what_the_definition_says(project: Project, seed: int) -> None:
    bundles = history(seed).bundles
    random.Random(seed).shuffle(bundles)
    stored = take(project, bundles, at_once=(1, 3)[seed % 2])
    expected = defined(bundles)
    assert_same(stored.state(), expected, "read again from Postgres")
    check_rows(project, expected)


def test_two_projects_that_got_the_same_in_different_orders_have_one_hash(
    project: Project, make_project: Callable[..., Project]
) -> None:
    bundles = history(11).bundles
    found = set()
    for at, each in enumerate((project, make_project("Another"))):
        random.Random(at).shuffle(bundles)
        found.add(take(each, bundles, at_once=5).state().hash)
    assert found == {replay(operation for bundle in bundles for operation in bundle.operations).hash}


def test_the_log_answers_as_the_one_in_memory(project: Project) -> None:
    net = history(5)
    net.settle()
    memory: Any = net.sites[0].storage
    take(project, net.bundles)
    stored: Any = PostgresStorage(project.id)
    operations = list(memory.by_range())
    assert [each.order for each in stored.by_range()] == [each.order for each in operations]
    assert [each.payload for each in stored.by_range()] == [each.payload for each in operations]
    first, last = operations[5].order, operations[11].order
    assert [each.order for each in stored.by_range(first, last)] == [each.order for each in operations[6:12]]
    assert dict(stored.clock()) == dict(memory.clock())
    for actor in {each.actor_id for each in operations}:
        assert [each.hash for each in stored.by_actor(actor)] == [each.hash for each in memory.by_actor(actor)]
    lacking = stored.lacking({net.sites[1].site_key: operations[20].hlc})
    assert [each.hash for each in lacking] == [
        each.hash for each in memory.lacking({net.sites[1].site_key: operations[20].hlc})
    ]
    bundle = memory.bundle(operations[9].bundle_id)
    again = stored.bundle(operations[9].bundle_id)
    assert (again.hash, again.header, again.clock, again.head) == (
        bundle.hash,
        bundle.header,
        bundle.clock,
        bundle.head,
    )
    assert again.signed == bundle.signed
    assert [each.order for each in again.operations] == [each.order for each in bundle.operations]


def test_one_that_is_known_changes_nothing(project: Project) -> None:
    bundles = history(3).bundles
    before = take(project, bundles).state().hash
    increment = StoredIncrement(PostgresStorage(project.id))
    assert not increment.add(bundles[7]).records
    increment.storage.flush()
    assert StoredIncrement(PostgresStorage(project.id)).state().hash == before


def test_a_fork_sees_what_it_adds_and_is_never_written(project: Project) -> None:
    bundles = history(4).bundles
    increment = take(project, bundles[:30])
    fork = increment.fork()
    for bundle in bundles[30:]:
        fork.add(bundle)
    assert_same(fork.state(), defined(bundles), "the fork")
    assert_same(increment.state(), defined(bundles[:30]), "what it was made of")
    assert_same(StoredIncrement(PostgresStorage(project.id)).state(), defined(bundles[:30]), "Postgres")


def test_what_takes_a_bundle_back_is_the_same_on_postgres(project: Project) -> None:
    net = history(21, 90)
    net.settle()
    site = net.sites[0]
    stored = take(project, site.storage.lacking({}), at_once=20)
    for actor in sorted({each.actor_id for each in site.storage.by_range()}):
        for bundle in undoable(site.storage.by_actor(actor))[-6:]:
            stored.storage.prepare_past(bundle)
            expected = take_back_bundle(site.increment, bundle, lambda: 7)
            found = take_back_bundle(stored, bundle, lambda: 7)
            assert (found.payloads, found.kept) == (expected.payloads, expected.kept)
