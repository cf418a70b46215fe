"""Mistakes that are put in by hand are noticed."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.statements import database_now
from stages.registers.fold.bundles import Bundle, SignedBundle
from stages.registers.fold.hlc import make_hlc
from stages.registers.fold.wire import WireBundle
from stages.registers.storing.storage import PostgresStorage
from stages.registers.verification import check_records
from stages.replication.ingest import services
from stages.replication.ingest.examining import _Following
from stages.replication.ingest.knowledge import Knowledge
from stages.replication.models import HeldBundle
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import Desk
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db
A, B, C = map(numbered_id, (5, 6, 7))
MINUTE = 60_000


def chain_is_whole(ann: Desk, basel: Site) -> None:
    first, _missing, third = basel.records(A, B, C)
    basel.send(first, third)
    assert [str(each) for each in check_records()] == []


def clock_stays(ann: Desk, basel: Site) -> None:
    now_ms = int(database_now().timestamp() * 1000)
    basel.now_ms = now_ms + 10 * MINUTE
    basel.send(*basel.records(A))
    ann.create({"title": "ours"})
    assert max(PostgresStorage(ann.project.id).clock().values()) < make_hlc(now_ms + MINUTE)


def what_was_seen_is_followed(ann: Desk, basel: Site) -> None:
    basel.now_ms = int(database_now().timestamp() * 1000) + 4 * MINUTE
    basel.send(*basel.records(A))
    ann.set(A, "title", "ours")
    assert ann.value(A, "title") == "ours"
    assert ann.state().conflicts == []


def counts_once(ann: Desk, basel: Site) -> None:
    bundles = basel.records(A, B)
    basel.send(*bundles)
    basel.send(*bundles)
    assert not HeldBundle.objects.exists()
    assert [str(each) for each in check_records()] == []


def accept_later(self: Any, bundle: WireBundle, signed: SignedBundle) -> None:
    vars(self)["_found"].accepted.append(Bundle(signed, bundle.hash, {}))


MISTAKES = {
    "a chain with a hole": (chain_is_whole, _Following, "_take_later", accept_later),
    "the clock follows what is held": (clock_stays, Knowledge, "latest_ms", 2**60),
    "`receive` is not called": (what_was_seen_is_followed, PostgresStorage, "clock", lambda self: {}),
    "a bundle is counted twice": (counts_once, services, "_known", lambda project_id, arrived: set()),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_noticed(ann: Desk, basel: Site, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    holds, where, what, instead = MISTAKES[name]
    monkeypatch.setattr(where, what, instead)
    with pytest.raises(AssertionError):
        holds(ann, basel)


@pytest.mark.parametrize("name", MISTAKES)
def test_without_it_all_is_well(ann: Desk, basel: Site, name: str) -> None:
    MISTAKES[name][0](ann, basel)
