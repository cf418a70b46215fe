"""Bundles of other sites: verified, taken in as a whole, and shown beside ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from audit.models import Event
from kernel.canonical import canonical
from kernel.statements import database_now
from projects.models import Project
from stages.registers.fold.definition import replay
from stages.registers.fold.ids import TABLE
from stages.registers.fold.payloads import AttachFacet, CreateEntity, SetField
from stages.registers.fold.wire import WireBundle
from stages.registers.keys.certificates import Certificate
from stages.registers.models import ActorKey
from stages.registers.models import Conflict as ConflictRow
from stages.registers.reading.actors import Actors
from stages.registers.schema import Schema
from stages.registers.services.undoing import name_of
from stages.registers.storing.storage import PostgresStorage
from stages.registers.verification import check_records
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.foreign_site import ForeignSite, take_in
from tests.registers.storing.world import REQ, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    return desk


@pytest.fixture
def basel(ann: Desk) -> ForeignSite:
    return ForeignSite(ann.project.id)


def take(desk: Desk, *bundles: WireBundle, site: ForeignSite) -> list[Event]:
    return take_in(project_id=desk.project.id, bundles=bundles, certificates=[site.certificate])


def test_what_two_people_set_apart_is_a_conflict_until_somebody_decides(ann: Desk, basel: ForeignSite) -> None:
    """Cases 11 and 14, at one of the sites."""
    (record,) = ann.create({"title": "A"})
    seen = PostgresStorage(ann.project.id).clock()
    ann.set(record, "title", "blocked")
    (event,) = take(ann, basel.write([SetField(record, REQ, "title", "done")], seen=seen), site=basel)
    assert (event.action, event.data["opened"], event.data["via"]) == ("register.ingested", 1, basel.site_key)
    (conflict,) = ConflictRow.objects.filter(project=ann.project, resolved_at=None)
    assert (conflict.kind, sorted(conflict.values)) == ("field", ['"blocked"', '"done"'])
    ann.write(lambda acts, schema: acts.resolve(record, REQ, "title", "done"))
    conflict.refresh_from_db()
    assert conflict.resolved_by is not None
    assert ann.value(record, "title") == "done"
    assert ann.state().hash == replay(PostgresStorage(ann.project.id).by_range()).hash
    assert [str(each) for each in check_records()] == []


def test_what_is_known_already_is_left_out(ann: Desk, basel: ForeignSite) -> None:
    first = basel.write([CreateEntity(numbered_id(5)), AttachFacet(numbered_id(5), REQ)])
    second = basel.write([SetField(numbered_id(5), REQ, "title", "x")])
    assert len(take(ann, first, site=basel)) == 1
    assert len(take(ann, first, second, site=basel)) == 1
    assert ann.value(numbered_id(5), "title") == "x"


def test_a_column_that_does_not_fit_is_kept_from_another_site(ann: Desk, basel: ForeignSite) -> None:
    bundle = basel.write([AttachFacet(numbered_id(5), REQ), SetField(numbered_id(5), REQ, "prio", "high")])
    take(ann, bundle, site=basel)
    assert ann.value(numbered_id(5), "prio") == "high"


def test_what_is_ahead_counts_and_what_follows_it_is_later(ann: Desk, basel: ForeignSite) -> None:
    """Any order of arrival gives one state: what is here is never compared with the time."""
    (record,) = ann.create({"title": "A"})
    basel.now_ms = int(database_now().timestamp() * 1000) + 23 * 60 * 60 * 1_000
    seen = PostgresStorage(ann.project.id).clock()
    take(ann, basel.write([SetField(record, REQ, "title", "done")], seen=seen), site=basel)
    assert ann.value(record, "title") == "done"
    ann.set(record, "title", "mine")
    assert ann.value(record, "title") == "mine"
    assert ann.state().hash == replay(PostgresStorage(ann.project.id).by_range()).hash
    assert ann.state().conflicts == []


def test_a_site_that_certifies_a_key_of_ours_does_not_rename_its_account(ann: Desk, basel: ForeignSite) -> None:
    ann.create({"title": "A"})
    ours = ActorKey.objects.get(user=ann.caller.user)
    public_key = bytes(ours.public_key).hex()
    text = canonical({**json.loads(basel.certificate.text), "public_key": public_key, "display_name": "Mallory"})
    forged = Certificate(text, basel.key.sign(text.encode()).signature)
    take_in(project_id=ann.project.id, bundles=[], certificates=[forged])
    assert ActorKey.objects.filter(public_key=bytes.fromhex(public_key)).count() == 2
    actor = Actors(ann.project.id).get(public_key)
    assert (actor.user, actor.name) == (ann.caller.user, ann.caller.user.display_name)
    assert name_of(public_key) == ann.caller.user.display_name


def test_a_table_whose_name_nobody_could_give_is_no_table(ann: Desk, basel: ForeignSite) -> None:
    named = [SetField(numbered_id(5), TABLE, "facet", "a/b"), SetField(numbered_id(6), TABLE, "facet", "plain")]
    attached = [AttachFacet(numbered_id(each), TABLE) for each in (5, 6)]
    take(ann, basel.write([*attached, *named]), site=basel)
    schema = Schema.read(PostgresStorage(ann.project.id), str(ann.project.id))
    assert set(schema.tables) == {REQ, "plain"}


def test_two_sites_made_the_same_key(ann: Desk, basel: ForeignSite) -> None:
    (record,) = ann.create({"title": "A"})
    other = numbered_id(9)
    payloads = [CreateEntity(other), AttachFacet(other, REQ), SetField(other, REQ, "key", "REQ-1")]
    (event,) = take(ann, basel.write(payloads), site=basel)
    (conflict,) = ConflictRow.objects.filter(project=ann.project, kind="duplicate", resolved_at=None)
    assert str(conflict.subject) == max(record, other)
    assert event.data["opened"] == 1
