"""What a stage adds to registers: payloads within somebody's bundle, and a facet of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps

from kernel.errors import NotFound, PermissionDenied
from projects.models import Project
from tests.sample_stage.registers import FACET, TABLE

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not apps.is_installed("stages.registers"), reason="registers are not installed"),
]


def test_a_hook_adds_to_the_bundle_of_whoever_writes(
    project: Project, owner: Any, caller_for: Callable[..., Any]
) -> None:
    from stages.registers.schema import Column
    from tests.registers.storing.world import Desk

    desk = Desk(project, caller_for(owner))
    desk.create_table(TABLE, columns=(Column("text"), Column("length", "integer")))
    (record,) = desk.create({"text": "Five."}, facet=TABLE)
    assert desk.value(record, "length", TABLE) == 5
    written = desk.set(record, "text", "Six...", facet=TABLE)
    assert (desk.value(record, "length", TABLE), len(written.op_ids)) == (6, 2)


def test_a_facet_of_a_stage_is_written_by_its_services_only(
    project: Project, owner: Any, caller_for: Callable[..., Any]
) -> None:
    from stages.registers.fold.payloads import AttachFacet, CreateEntity, SetField
    from stages.registers.verbs.finding import make_id
    from tests.registers.storing.world import Desk

    desk, entity = Desk(project, caller_for(owner)), make_id()
    payloads = [CreateEntity(entity), AttachFacet(entity, FACET), SetField(entity, FACET, "count", 1)]
    with pytest.raises(PermissionDenied):
        desk.write(payloads)
    assert desk.write(payloads, system={FACET}).event is not None


def test_links_lead_to_the_records_of_a_stage_and_are_suspect_after_they_have_changed(
    project: Project, owner: Any, caller_for: Callable[..., Any], client: Any
) -> None:
    from stages.registers import verbs
    from stages.registers.fold.payloads import AttachFacet, CreateEntity, SetField
    from stages.registers.reading.matrices import choose_axes, matrix
    from stages.registers.reading.reader import Reader
    from stages.registers.schema import Relation
    from stages.registers.verbs.finding import make_id
    from tests.registers.storing.world import REQ, Desk

    desk, counter, edge = Desk(project, caller_for(owner)), make_id(), make_id()
    desk.create_table()
    (record,) = desk.create({"title": "Count it"})
    desk.write(
        [CreateEntity(counter), AttachFacet(counter, FACET), SetField(counter, FACET, "name", "pumps")], system={FACET}
    )
    desk.write(lambda acts, schema: verbs.add_relation(acts, schema, Relation("counts", source=REQ, target=FACET)))
    desk.write(lambda acts, schema: verbs.link(acts, schema, edge, source=record, target=counter, type_="counts"))
    axes = choose_axes(Reader(project.id).schema, "", "", "")
    assert axes is not None
    assert (axes.rows, axes.columns) == (REQ, FACET)
    assert [end.text for end in matrix(Reader(project.id), axes).columns] == ["pumps"]
    assert not any(mark.suspect for row in matrix(Reader(project.id), axes).rows for mark in row.marks)
    desk.write([SetField(counter, FACET, "count", 2)], system={FACET})
    assert all(mark.suspect for row in matrix(Reader(project.id), axes).rows for mark in row.marks)
    client.force_login(owner)
    page = client.get(f"/projects/{project.id}/registers/records/{counter}/")
    assert page.headers["Location"].endswith("?counter=pumps")


def test_a_record_of_a_stage_is_changed_by_no_verb_of_people(
    project: Project, owner: Any, caller_for: Callable[..., Any]
) -> None:
    from stages.registers import verbs
    from stages.registers.fold.payloads import AttachFacet, CreateEntity
    from stages.registers.verbs.finding import make_id
    from tests.registers.storing.world import Desk

    desk, counter = Desk(project, caller_for(owner)), make_id()
    desk.write([CreateEntity(counter), AttachFacet(counter, FACET)], system={FACET})
    for act in (
        lambda acts, schema: verbs.delete_records(acts, schema, [counter]),
        lambda acts, schema: verbs.set_fields(acts, schema, [verbs.Cell(counter, FACET, "name", "x")]),
    ):
        with pytest.raises(NotFound):
            desk.write(act)
