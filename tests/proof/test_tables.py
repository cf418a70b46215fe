"""The two suites beside this one change everything that is compared: here is seen that nothing is left out."""

from __future__ import annotations

from django.apps import apps

from audit.rebuilding.tables import REBUILT_TABLES
from audit.verification import verify
from tests.proof.tables import EMPTY, NO_RECORD, OWN, TABLES, UNTOLD
from tests.proof.tampering import rows_of
from tests.proof.world import World


def test_c02_every_table_is_compared_or_has_a_reason():
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    compared = {*TABLES, *(model._meta.db_table for model in OWN)}
    assert known - compared == NO_RECORD.keys()


def test_c02_every_column_is_compared_or_has_a_reason():
    reasons = {table.name: table.unrecorded for table in REBUILT_TABLES.values()}
    assert all(reason for columns in reasons.values() for reason in columns.values())
    assert all(UNTOLD.values())


def test_c02_every_table_has_a_row_and_nothing_is_wrong_with_any(world: World):
    """Otherwise the suites beside this one would prove nothing of it."""
    assert {name for name in TABLES if not rows_of(f"SELECT 1 FROM {name} LIMIT 1")} == EMPTY
    assert verify(str(world.review.project.id)).findings == []
    found = verify()
    people = [str(person.id) for person in world.review.people.values()]
    assert [each for each in found.findings if any(person in str(each) for person in people)] == []
    assert found.not_compared == {}
