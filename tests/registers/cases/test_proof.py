"""Acceptance cases about what is proved: by their numbers, line by line."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, transaction

from projects.models import Project
from projects.services import reopen_project
from stages.registers import verbs
from stages.registers.fold.payloads import AttachFacet, CreateEntity, CreateOrderedEdge, SetField
from stages.registers.models import Bundle, Operation, Row
from stages.registers.schema import Column, Relation
from stages.registers.verification import check_records
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review, caller_of
from tests.registers.api.world import Person
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.foreign_site import ForeignSite
from tests.registers.storing.test_foreign import take
from tests.registers.storing.test_proof import tamper
from tests.registers.storing.world import REQ, Desk
from tests.rest.client import Api

pytestmark = pytest.mark.django_db
SIGNATURE = "signature = set_byte(signature, %s, %s)"


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table(columns=(Column("title"), Column("prio", "integer"), Column("body", crdt=True)))
    return desk


def test_what_another_site_sets_in_a_text_column_is_kept_and_not_shown(ann: Desk) -> None:
    """Case 4, arriving."""
    (record,) = ann.create({"title": "A"})
    basel = ForeignSite(ann.project.id)
    take(ann, basel.write([SetField(record, REQ, "body", "a value")]), site=basel)
    operation = Operation.objects.get(project=ann.project, text__contains="a value")
    assert operation.kind == "SetField"
    api = Person(Api(ann.caller.user), ann.project)
    assert api.get(f"records/{record}/")["texts"]["requirements"].get("body", "") == ""
    [row] = api.get("tables/requirements/records/")["results"]
    assert row["values"]["body"] in (None, "")
    assert [str(each) for each in check_records()] == []


@pytest.mark.parametrize("index", ["", "a-", "a0 ", "a" * 5_000])
def test_an_index_that_is_none_is_refused_from_a_peer(ann: Desk, index: str) -> None:
    """Case 33."""
    one, other = ann.create({"title": "A"}, {"title": "B"})
    basel = ForeignSite(ann.project.id)
    wrong = basel.write([CreateOrderedEdge(numbered_id(7), one, other, "contains", index, {})])
    count = Bundle.objects.count()
    with pytest.raises(Exception, match="fractional_index"):
        take(ann, wrong, site=basel)
    assert Bundle.objects.count() == count


@pytest.mark.parametrize("seed", range(4))
def test_c02_any_byte_that_was_changed_is_noticed_and_its_bundle_named(ann: Desk, seed: int) -> None:
    """Case 41."""
    chance = random.Random(seed)
    first, second = ann.create({"title": "A", "prio": 1}, {"title": "B"})
    ann.set(first, "title", "C")
    ann.write(lambda acts, schema: acts.merge(first, second))
    ann.undo()
    bundles = list(Bundle.objects.filter(project=ann.project))
    for operation in chance.sample([*Operation.objects.filter(project=ann.project).order_by("id")], 6):
        at, sign = _sign(chance, operation.text)
        byte = _byte(chance, bytes(operation.signature))
        for what, named in (("text = overlay(text placing %s from %s for 1)", (sign, at + 1)), (SIGNATURE, byte)):
            sql = f"UPDATE registers_operation SET {what} WHERE id = %s"
            assert _is_noticed(operation.bundle, "operation", sql, *named, operation.id), (sql, named)
    for bundle in bundles:
        at, sign = _sign(chance, bundle.header)
        sql = "UPDATE registers_bundle SET header = overlay(header placing %s from %s for 1) WHERE arrival = %s"
        assert _is_noticed(bundle, "bundle", sql, sign, at + 1, bundle.arrival), (at, sign)


def _sign(chance: random.Random, text: str) -> tuple[int, str]:
    """A place in a text, and another sign for it."""
    at = chance.randrange(len(text))
    return at, chr(ord(text[at]) ^ 1)


def _byte(chance: random.Random, data: bytes) -> tuple[int, int]:
    at = chance.randrange(len(data))
    return at, data[at] ^ (1 << chance.randrange(8))


def _is_noticed(bundle: Bundle, table: str, sql: str, *values: Any) -> bool:
    """Whether a change, which is taken back, is found with the name of its bundle; or cannot be made even so."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                tamper(table, sql, *values)
        except DataError:
            # The columns that are made of the text need JSON.
            return True
        found = [str(each) for each in check_records()]
        transaction.set_rollback(True)
    return any(f"bundle {bundle.bundle_id}" in each for each in found)


def test_c02_verify_audit_names_the_bundle(ann: Desk) -> None:
    """Case 41, by the command."""
    (record,) = ann.create({"title": "A"})
    call_command("verify_audit", verbosity=0)
    operation = Operation.objects.filter(project=ann.project, text__contains='"A"').get()
    change = "UPDATE registers_operation SET text = replace(text, '\"A\"', '\"B\"') WHERE id = %s"
    tamper("operation", change, operation.id)
    with pytest.raises(CommandError, match=f"bundle {operation.bundle.bundle_id}"):
        call_command("verify_audit", verbosity=0)
    Row.objects.filter(project=ann.project, record=UUID(record)).update(shown={"title": "forged"})
    with pytest.raises(CommandError, match=f"record {record} in {REQ}, field"):
        call_command("rebuild_registers", str(ann.project.id), "--check")


def test_the_matrix_as_of_a_release(review: Review) -> None:  # noqa: F811 (the fixture)
    """Case 44."""
    desk = Desk(review.project, caller_of(review.people["editor"]))
    desk.create_table(columns=(Column("title", traced=True),))
    desk.create_table("tests", key_prefix="TST", columns=(Column("title"),))
    relation = Relation("verifies", source="tests", target=REQ)
    desk.write(lambda acts, schema: verbs.add_relation(acts, schema, relation))
    requirements = desk.create(*({"title": f"Requirement {at}"} for at in range(8)))
    tests = desk.create(*({"title": f"Test {at}"} for at in range(3)), facet="tests")
    api = Person(Api(review.people["editor"]), review.project)
    edges = [api.link(tests[at % 3], requirements[at], type="verifies") for at in range(6)]
    address = f"matrix/?rows={REQ}&columns=tests&relation=verifies"
    before = api.get(address)
    release = review.release()
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id, reason="Amendment 4")
    for at, record in enumerate(requirements[:5]):
        desk.set(record, "title", f"Changed {at}")
    api.send("DELETE", f"edges/{edges[0]}/")
    api.link(tests[0], requirements[7], type="verifies")
    now = api.get(address)
    assert now["suspect"] > 0
    assert {row["text"] for row in now["rows"]} != {row["text"] for row in before["rows"]}
    assert api.get(f"{address}&at={release.id}") == before
    foreign = ForeignSite(review.project.id)
    record = numbered_id(50)
    payloads = [CreateEntity(record), AttachFacet(record, REQ), SetField(record, REQ, "title", "Late")]
    take(desk, foreign.write(payloads), site=foreign)
    assert api.get(f"{address}&at={release.id}") == before, "what came later was not part of it, however early it was"
