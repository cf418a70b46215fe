"""What is held is as it came, and whatever became of it has its event."""

from __future__ import annotations

import pytest

from accounts.callers import Caller
from stages.replication.choices import Decision
from stages.replication.held.services import discard_held, re_enter_held
from stages.replication.models import HeldBundle, Peer
from stages.replication.proof.held import check_held
from tests.registers.storing.world import Desk
from tests.replication.ingest.world import Site, record
from tests.replication.tampering import triggers_off

pytestmark = pytest.mark.django_db

MADE = "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
ALSO = "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c"


@pytest.fixture
def basel(ann: Desk) -> Site:
    """A site that is not admitted, of which two bundles are held."""
    site = Site(ann.project, "Basel")
    site.send(*site.records(MADE, ALSO))
    assert HeldBundle.objects.count() == 2
    return site


def findings() -> list[str]:
    return [each.what for each in check_held()]


def tamper(**columns: object) -> None:
    """Change the first held bundle as whoever owns the tables can."""
    with triggers_off():
        HeldBundle.objects.filter(pk=first().pk).update(**columns)


def first() -> HeldBundle:
    return HeldBundle.objects.order_by("number")[0]


def test_what_is_held_decided_or_let_in_adds_up(basel: Site, boss: Caller) -> None:
    assert findings() == []
    discard_held(caller=boss, held_id=first().id, reason="Nobody knows them")
    assert findings() == []


def test_c02_a_text_that_was_changed_is_found(basel: Site) -> None:
    tamper(text=first().text.replace("made elsewhere", "made anywhere"))
    assert findings() == ["its text does not have its hash"]


def test_c02_a_decision_that_nobody_made_is_found(basel: Site, boss: Caller) -> None:
    tamper(decision=Decision.DISCARDED, decided_at=first().since, decided_by=boss.user)
    assert findings() == ["no event says that it was discarded"]


def test_c02_a_decision_that_was_taken_back_is_found(basel: Site, boss: Caller) -> None:
    re_enter_held(caller=boss, held_id=first().id)
    tamper(decision="", decided_at=None, decided_by=None)
    (found,) = findings()
    assert found.startswith("it is not what ")


def test_c02_a_bundle_that_came_in_and_is_gone_is_found(basel: Site) -> None:
    tamper(decision=Decision.ACCEPTED, decided_at=first().since)
    assert findings() == ["it came in, and is not in the registers"]


def test_c02_a_held_bundle_that_is_gone_is_found(basel: Site, boss: Caller) -> None:
    discard_held(caller=boss, held_id=first().id, reason="Nobody knows them")
    with triggers_off():
        first().delete()
    assert findings() == ["the held bundle that it is about is gone"]


def test_what_came_in_by_itself_adds_up(basel: Site) -> None:
    basel.admit()
    basel.send(basel.write(record("0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5d")))
    assert Peer.objects.count() == 1
    assert findings() == []
