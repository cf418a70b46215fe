"""Two databases that received the same bundles in different orders are in one state, and the command says so."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.conf import settings as configured
from nacl.signing import SigningKey
from pytest_django import DjangoDbBlocker

from projects.models import Project
from stages.registers.fold.bundles import read_bundle
from stages.registers.fold.increment import Increment
from stages.registers.fold.wire import WireBundle
from stages.registers.keys.certificates import Certificate
from stages.registers.models import ActorKey, Conflict, Record
from stages.registers.storing.storage import PostgresStorage
from tests import databases
from tests.cast import new_caller, new_project, new_user
from tests.registers.fold.network import Network, Replica, random_steps
from tests.registers.fold.writing import PROJECT, key_of
from tests.registers.storing.foreign_site import certify, take_in
from tests.registers.storing.world import REQ, Desk

Bundles = Sequence[WireBundle]


class SignedReplica(Replica):
    """A site of the network that signs with real keys."""

    def __init__(self, name: str, ids: Iterator[int], increment: type[Increment] = Increment) -> None:
        super().__init__(name, ids, increment)
        self.key, self.person = key_of(f"site {name}"), key_of(f"person {name}")
        self.site_key = self.key.verify_key.encode().hex()

    @property
    def actor_id(self) -> str:
        return self.person.verify_key.encode().hex()

    def sign(self, text: str) -> bytes:
        return self.person.sign(text.encode()).signature


@dataclass
class Database:
    """A site with a database and a signing key of its own."""

    name: str
    signing_key: str
    settings: Any

    @contextmanager
    def opened(self) -> Iterator[Desk]:
        """Somebody who writes in its copy of the project."""
        self.settings.FOUNDRY_SIGNING_KEY = self.signing_key
        with databases.connected_to(self.name):
            project = Project.objects.get(pk=PROJECT)
            yield Desk(project, new_caller(project.created_by))

    def take(self, bundles: Sequence[WireBundle], certificates: Sequence[Certificate], chance: random.Random) -> None:
        """Bundles of several chains, a few in each transaction, in an order in which only each chain's own is kept."""
        with self.opened() as desk:
            waiting = in_some_order(bundles, chance)
            while waiting:
                some = chance.randrange(1, 6)
                take_in(project_id=desk.project.id, bundles=waiting[:some], certificates=certificates)
                waiting = waiting[some:]

    def everything(self) -> tuple[list[WireBundle], list[Certificate]]:
        """All bundles that are here, and all that this site certified."""
        with self.opened() as desk:
            bundles = [WireBundle.of(each.signed) for each in PostgresStorage(desk.project.id).lacking({})]
            return bundles, [Certificate(each.certificate, bytes(each.seal)) for each in ActorKey.objects.all()]

    def manage(self, *arguments: str) -> str:
        """What `manage.py` prints, in a process of its own."""
        environment = {
            **os.environ,
            "DATABASE_URL": databases.address(self.name),
            "FOUNDRY_SIGNING_KEY": self.signing_key,
            "DJANGO_SETTINGS_MODULE": "foundry_site.settings",
        }
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=configured.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def in_some_order(bundles: Bundles, chance: random.Random) -> list[WireBundle]:
    """Chains shuffled into each other."""
    read = [(read_bundle(each.header, each.operations).header, each) for each in bundles]
    chains = {
        site: [each for _header, each in sorted(chain, key=lambda one: one[0].number)]
        for site, chain in itertools.groupby(sorted(read, key=lambda one: one[0].site_key), lambda one: one[0].site_key)
    }
    order = [site for site, chain in chains.items() for _each in chain]
    chance.shuffle(order)
    return [chains[site].pop(0) for site in order]


@pytest.fixture
def sites(django_db_setup: None, django_db_blocker: DjangoDbBlocker, settings: Any) -> Iterator[list[Database]]:
    made = [
        Database(databases.new(template=databases.template()), SigningKey.generate().encode().hex(), settings)
        for _each in range(2)
    ]
    with django_db_blocker.unblock():
        for each in made:
            settings.FOUNDRY_SIGNING_KEY = each.signing_key
            with (
                databases.connected_to(each.name),
                patch.object(Project._meta.get_field("id"), "_get_default", lambda: UUID(PROJECT)),
            ):
                new_project(new_user("owner"))
        yield made
    for each in made:
        databases.drop(each.name)


def test_two_databases_that_received_the_same_bundles_print_one_state_hash(sites: list[Database]) -> None:
    """Cases 11 and 19, at both sites, among random acts of three others, of every kind."""
    a, b = sites
    chance = random.Random(20)
    net = Network(3, skews=(0, 200_000, -200_000), replica=SignedReplica)
    net.begin()
    for step in random_steps(chance, 60):
        net.step(step)
    others = [WireBundle.of(each.signed) for each in net.bundles]
    certificates = [certify(each.key, each.person) for each in net.sites if isinstance(each, SignedReplica)]
    with a.opened() as ann:
        ann.create_table()
        first, second = ann.create({"title": "A", "prio": 1}, {"title": "B"})
    a.take(others, certificates, chance)
    bundles, ours = a.everything()
    b.take(bundles, [*certificates, *ours], chance)
    # Apart from each other.
    with a.opened() as ann:
        ann.set(first, "title", "blocked")
        ann.write(lambda acts, schema: acts.delete(second))
    with b.opened() as ben:
        ben.set(first, "title", "done")
        ben.set(second, "title", "changed")
    for source, target in ((a, b), (b, a)):
        bundles, ours = source.everything()
        target.take(bundles, [*certificates, *ours], chance)
    printed = [each.manage("rebuild_registers", PROJECT, "--check") for each in sites]
    assert "Everything is what the operations say." in printed[0]
    assert printed[0] == printed[1]
    state_hash = printed[0].split()[-1]
    for each in sites:
        with each.opened() as desk:
            assert desk.state().hash == state_hash
            open_here = Conflict.objects.filter(project=desk.project, resolved_at=None, subject__in=[first, second])
            assert {(one.kind, str(one.subject)) for one in open_here} == {
                ("field", first),
                ("deleted_changed", second),
            }
            assert desk.value(first, "title") == "done"
            assert Record.objects.filter(project=desk.project, alive=True, id=second).exists()
        assert each.manage("rebuild_registers", PROJECT).split()[-1] == state_hash
        assert each.manage("rebuild_registers", PROJECT, "--check").split()[-1] == state_hash


def test_a_database_that_lacks_a_bundle_prints_another_hash(sites: list[Database]) -> None:
    a, b = sites
    with a.opened() as ann:
        ann.create_table()
        (record,) = ann.create({"title": "A"})
    bundles, certificates = a.everything()
    b.take(bundles, certificates, random.Random(1))
    with a.opened() as ann:
        ann.set(record, "title", "B", facet=REQ)
    printed = {each.manage("rebuild_registers", PROJECT, "--check") for each in sites}
    assert len(printed) == 2
    bundles, certificates = a.everything()
    b.take(bundles, certificates, random.Random(2))
    assert len({each.manage("rebuild_registers", PROJECT, "--check") for each in sites}) == 1
