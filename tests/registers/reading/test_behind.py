"""The operations behind cells are found for most records without putting them together, and are the same."""

from __future__ import annotations

import random

import pytest

from kernel.statements import run
from stages.registers.models import Row
from stages.registers.reading import behind
from stages.registers.reading.behind import behind_of, read_behind
from stages.registers.reading.reader import Reader
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage
from tests.cast import new_project, new_user
from tests.registers.fold.network import Network, random_steps

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(6))
def test_what_is_read_is_what_records_show(seed: int) -> None:
    net = Network(3)
    net.begin()
    for step in random_steps(random.Random(seed), 70):
        net.step(step)
    project = new_project(new_user("Ann"))
    increment = StoredIncrement(PostgresStorage(project.id))
    for bundle in net.bundles:
        increment.add(bundle)
    increment.storage.flush()
    reader = Reader(project.id)
    records = dict(StoredIncrement(PostgresStorage(project.id)).storage.records.items())
    sql = "SELECT id, facts FROM registers_record WHERE project_id = %s AND id = ANY(%s)"
    plain = 0
    for facet in {row.facet for row in Row.objects.filter(project=project)}:
        ids = [row.record for row in Row.objects.filter(project=project, facet=facet)]
        facts = [(str(record), text) for record, text in run((sql, [project.id, ids]))]
        found = read_behind(reader, facet, facts)
        assert found == {str(each): behind_of(records[str(each)], facet) for each in ids}
        plain += sum(behind._plain(behind._decode(text), record, facet) is not None for record, text in facts)
    assert plain
