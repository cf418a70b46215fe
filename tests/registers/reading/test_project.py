"""What is read of a project in Postgres: its matrix now and then, its records, its inbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from projects.models import Project
from stages.registers import verbs
from stages.registers.fold.effects import Field
from stages.registers.models import Bundle
from stages.registers.reading.asof import Past
from stages.registers.reading.inbox import case_of, list_decided, list_open
from stages.registers.reading.log import clock_as_of
from stages.registers.reading.matrices import Axes, choose_axes, matrix, matrix_at
from stages.registers.reading.matrix import State
from stages.registers.reading.query import Query
from stages.registers.reading.records import read_record
from stages.registers.reading.rows import read_rows
from stages.registers.reading.tables import open_conflicts, tables
from tests.cast import new_project, new_user
from tests.registers.reading.stored import Sites

pytestmark = pytest.mark.django_db

AXES = Axes("requirements", "tests", "verifies")


@pytest.fixture
def project() -> Project:
    return new_project(new_user("Ann"))


@pytest.fixture
def sites(project: Project) -> Sites:
    return Sites(project)


def states(sites: Sites) -> list[tuple[str, str]]:
    return [(row.end.key, row.state.value) for row in matrix(sites.store(), AXES).rows]


def test_gaps_and_suspect_links_of_twenty_requirements(sites: Sites) -> None:
    """Acceptance case 43: only a traced column makes links suspect, until they are confirmed."""
    requirements = [sites.create(title=f"Requirement {at}") for at in range(20)]
    cases = [sites.create("tests", title=f"Test {at}") for at in range(15)]
    edges = [sites.link(cases[at % 15], requirements[at]) for at in range(17)]
    found = matrix(sites.store(), AXES)
    assert (found.coverage.confirmed, found.coverage.suspect, found.coverage.gaps) == (17, 0, 3)
    assert [row.end.key for row in found.only(State.GAP).rows] == ["REQ-18", "REQ-19", "REQ-20"]
    assert [end.key for end in found.columns] == [f"TST-{at}" for at in range(1, 16)]
    sites.a.set(requirements[0], "title", "Another")
    sites.a.set(requirements[1], "status", "done")
    sites.pass_time()
    assert [each for each in states(sites) if each[1] == "suspect"] == [("REQ-1", "suspect")]
    sites.a.do(verbs.confirm_links, [edges[0]])
    assert ("REQ-1", "covered") in states(sites)
    sites.pass_time()
    sites.a.do(verbs.type_text, Field(requirements[2], "requirements", "body"), "Typed")
    assert ("REQ-3", "suspect") in states(sites)


def test_the_matrix_as_of_then_shows_the_old_records_and_links(sites: Sites) -> None:
    """Acceptance case 44."""
    requirements = [sites.create(title=f"Requirement {at}") for at in range(6)]
    case = sites.create("tests", title="Test")
    edges = [sites.link(case, each) for each in requirements[:3]]
    reader = sites.store()
    before, clock = matrix(reader, AXES), clock_as_of(sites.project.id, timezone.now())
    for each in requirements[:5]:
        sites.a.set(each, "title", "Changed")
    sites.a.do(verbs.unlink, [edges[0]])
    sites.link(case, requirements[5])
    sites.a.do(verbs.delete_records, [requirements[1]])
    reader = sites.store()
    assert matrix(reader, AXES) != before
    assert matrix_at(Past(reader, clock), AXES) == before
    assert clock_as_of(sites.project.id, timezone.now() - timedelta(days=1)) == {}
    assert matrix_at(Past(reader, {}), AXES).rows == ()


def test_axes_are_chosen_by_what_relations_there_are(sites: Sites) -> None:
    schema = sites.store().schema
    assert choose_axes(schema, "", "", "") == AXES
    assert choose_axes(schema, "tests", "", "") == Axes("tests", "requirements", "verifies")
    assert choose_axes(schema, "nothing", "tests", "") == AXES
    assert not AXES.is_outgoing(schema)
    assert Axes("tests", "requirements", "verifies").is_outgoing(schema)


def test_a_cell_of_the_grid_knows_its_tips_values_and_links(sites: Sites) -> None:
    record = sites.create(title="x", within=86_400_000, status="new")
    edge = sites.link(sites.create("tests", title="Test"), record)
    sites.meet()
    sites.a.set(record, "within", 3_600_000)
    sites.b.set(record, "within", 7_200_000)
    sites.a.do(verbs.type_text, Field(record, "requirements", "body"), "Typed")
    sites.meet()
    (row,) = read_rows(sites.project.id, Query("requirements"), reader=sites.store())
    assert row.key == "REQ-1"
    within = row.cells["within"]
    assert (within.text, within.values) == ("2 h", 2)
    assert set(within.tips) == set(sites.a.tips(record, "within"))
    assert row.cells["status"].text == "New"
    assert row.cells["body"].text == "Typed"
    assert [(each.key, each.edge) for each in row.cells[":in:verifies"].links] == [("TST-1", edge)]
    assert [(each.table.facet, each.count) for each in tables(sites.project.id)] == [("requirements", 1), ("tests", 1)]


def test_a_record_with_its_links_both_ways_and_its_history(sites: Sites) -> None:
    record = sites.create(title="x", within=3_600_000)
    case = sites.create("tests", title="Test")
    sites.link(case, record)
    sites.a.set(record, "title", "y")
    sites.meet()
    reader = sites.store()
    found = read_record(reader, record)
    assert found is not None
    assert (found.name.key, found.name.text) == ("REQ-1", "y")
    fields = {each.column.name: each for each in found.parts[0].fields}
    assert fields["title"].write is not None
    assert fields["title"].write.site == sites.a.site_key
    assert [(each.words, each.other.key, each.trace.suspect) for each in found.links] == [
        ("verified by", "TST-1", True)
    ]
    other = read_record(reader, case)
    assert other is not None
    assert [(each.words, each.other.key) for each in other.links] == [("verifies", "REQ-1")]
    assert [entry.changes[0].kind for entry in found.history().entries] == ["set", "linked", "created"]


def test_the_inbox_has_both_values_until_somebody_decides(sites: Sites) -> None:
    """Acceptance cases 11, 14 and 17, as far as they are about what is shown."""
    record = sites.create(title="x", status="new")
    sites.meet()
    sites.a.set(record, "status", "blocked")
    sites.b.set(record, "status", "done")
    sites.meet()
    reader = sites.store()
    assert open_conflicts(sites.project.id) == 1
    (item,) = list_open(reader)
    case = case_of(reader, item)
    assert case is not None
    assert {side.value for side in case.sides} == {"blocked", "done"}
    assert item.name.key == "REQ-1"
    sites.c.do(verbs.resolve_conflict, Field(record, "requirements", "status"), "done", case.tips)
    sites.meet()
    reader = sites.store()
    assert list_open(reader) == []
    (decided,) = list_decided(reader, timezone.now() - timedelta(hours=1))
    assert decided.conflict.field == "status"


def test_a_deleted_record_that_somebody_changed_is_in_the_inbox_and_in_its_table(sites: Sites) -> None:
    """Acceptance case 19."""
    record = sites.create(title="x")
    sites.meet()
    sites.a.do(verbs.delete_records, [record])
    sites.b.set(record, "title", "y")
    sites.meet()
    reader = sites.store()
    (row,) = read_rows(sites.project.id, Query("requirements"), reader=reader)
    assert row.record == record
    (item,) = list_open(reader)
    case = case_of(reader, item)
    assert case is not None
    assert {(side.act, side.write.site) for side in case.sides} == {
        ("deleted", sites.a.site_key),
        ("changed", sites.b.site_key),
    }


def test_a_deleted_record_is_read_with_its_history(sites: Sites) -> None:
    record = sites.create(title="x")
    sites.a.do(verbs.delete_records, [record])
    found = read_record(sites.store(), record)
    assert found is not None
    assert not found.record.alive
    shown = {field.column.name: field.cell.text for part in found.parts for field in part.fields}
    assert (shown["title"], found.name.gone) == ("x", "deleted")
    assert [entry.changes[0].kind for entry in found.history().entries] == ["deleted", "created"]


def test_merged_records_are_one_under_both_ids(sites: Sites) -> None:
    one, other = sites.create(title="S"), sites.create(title="A")
    sites.link(sites.create("tests", title="Test"), other)
    sites.a.do(verbs.merge, one, other)
    reader = sites.store()
    found = read_record(reader, other)
    assert found is not None
    assert found.id == one
    assert [each.other.key for each in found.links] == ["TST-1"]
    assert [row.state.value for row in matrix(reader, AXES).rows] == ["covered"]
    kinds = sorted((item.conflict.kind, item.conflict.field) for item in list_open(reader))
    assert kinds == [("field", "key"), ("field", "title")]


def test_a_day_covers_what_had_arrived(sites: Sites) -> None:
    sites.create(title="x")
    sites.store()
    now = timezone.now()
    clock = clock_as_of(sites.project.id, now)
    assert clock == {sites.a.site_key: Bundle.objects.latest("arrival").hlc.hex()}
