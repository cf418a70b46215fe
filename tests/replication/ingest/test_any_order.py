"""However bundles come, sites that have the same ones are in the same state."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples_of
from hypothesis import strategies as st

from accounts.models import User
from projects.models import Project
from stages.registers.fold.wire import WireBundle
from stages.registers.models import ActorKey
from stages.replication.choices import Rights
from stages.replication.ingest.reading import clock_of, state_hash_of
from stages.replication.ingest.services import ingest_bundles
from stages.replication.models import HeldBundle, Peer
from tests.cast import new_project
from tests.registers.fold.network import Network, histories
from tests.registers.fold.writing import PROJECT
from tests.registers.storing.foreign_site import certify
from tests.registers.storing.test_two_databases import SignedReplica

pytestmark = pytest.mark.django_db
EXAMPLES = examples_of(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def project(owner: User) -> Project:
    with patch.object(Project._meta.get_field("id"), "_get_default", lambda: UUID(PROJECT)):
        return new_project(owner)


def admit(project: Project, site: SignedReplica) -> None:
    key = bytes.fromhex(site.site_key)
    Peer.objects.create(project=project, key=key, rights=Rights.WRITES, admitted_at=timezone.now())
    certificate = certify(site.key, site.person)
    ActorKey.objects.create(
        public_key=site.person.verify_key.encode(),
        site_key=key,
        certificate=certificate.text,
        seal=certificate.seal,
        created_at=timezone.now(),
    )


def batches(bundles: Sequence[WireBundle], chance: random.Random) -> Iterator[list[WireBundle]]:
    """All of them, some twice, in any order at all, a few at a time."""
    order = [*bundles, *chance.sample(bundles, len(bundles) // 3)]
    chance.shuffle(order)
    while order:
        some = chance.randrange(1, 9)
        yield order[:some]
        order = order[some:]


@EXAMPLES
@given(steps=histories(), seed=st.integers(0, 2**32))
def test_every_order_leads_to_one_state(project: Project, steps: list[object], seed: int) -> None:
    chance = random.Random(seed)
    net = Network(3, skews=(0, 200_000, -200_000), replica=SignedReplica)
    net.begin()
    for step in steps:
        net.step(step)  # type: ignore[arg-type]
    net.settle()
    sites = [each for each in net.sites if isinstance(each, SignedReplica)]
    bundles = [WireBundle.of(each.signed) for each in net.bundles]
    with transaction.atomic():
        for site in sites:
            admit(project, site)
        lengths = {site.site_key: site.head.number for site in sites if site.head.number}
        # What came before its predecessor is asked for again, by the clock.
        while {site: number for site, (_hlc, number, _hash) in clock_of(project.id).items()} != lengths:
            for batch in batches(bundles, chance):
                sender = chance.choice(sites).site_key
                assert ingest_bundles(project_id=project.id, peer_key=sender, bundles=batch).close is None
        assert not HeldBundle.objects.exists()
        assert {state_hash_of(project.id)} == {each.increment.state().hash for each in sites}
        transaction.set_rollback(True)
