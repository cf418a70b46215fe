"""Whose operations count: certificates and revocations travel with bundles, sealed by the site of their people."""

from __future__ import annotations

from typing import Any

import pytest
from nacl.signing import SigningKey

from kernel.errors import ValidationFailed
from stages.registers.observers import OBSERVERS, AppliedBundle, Observer
from stages.replication.models import HeldBundle
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import Desk
from tests.replication.ingest.statements import certified, revoked
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db
A, B, C = map(numbered_id, (5, 6, 7))


def test_what_waited_for_a_certificate_comes_in_with_it(ann: Desk, basel: Site) -> None:
    basel.person = SigningKey.generate()
    first, second = basel.records(A, B)
    basel.send(first)
    assert basel.held() == [(1, "unknown_key")]
    assert basel.send(second, keys=[certified(basel)]).clock[basel.site_key][1] == 2
    assert basel.held() == []
    assert {each.decision for each in HeldBundle.objects.all()} == {"accepted"}
    assert ann.value(A, "title") == "made elsewhere"


def test_a_person_who_left_counts_up_to_the_last_bundle(ann: Desk, basel: Site) -> None:
    """Case 24, at one site."""
    first, second, third = basel.records(A, B, C)
    relay = Site(ann.project, "Chur").admit()
    relay.send(first, keys=[revoked(basel, after=2, last=second.hash)])
    relay.send(second, third)
    assert basel.held() == [(3, "revoked")]
    assert ann.value(B, "title") == "made elsewhere"


def test_no_site_revokes_the_people_of_another_one(ann: Desk, basel: Site) -> None:
    mallory = Site(ann.project, "Chur").admit()
    with pytest.raises(ValidationFailed):
        mallory.send(keys=[revoked(basel, after=0, last=None, sealed_by=mallory)])
    assert basel.send(*basel.records(A)).accepted == 1


def test_observers_see_what_came_at_once(ann: Desk, basel: Site) -> None:
    seen: list[AppliedBundle] = []

    def observe(bundle: AppliedBundle) -> list[Any]:
        seen.append(bundle)
        return []

    with OBSERVERS.replaced({"test": Observer(observe)}):
        basel.send(*basel.records(A, B))
    (bundle,) = seen
    assert bundle.changes.records == {A, B}
    assert (bundle.caller.user.username, bundle.proposal) == ("foundry", None)
