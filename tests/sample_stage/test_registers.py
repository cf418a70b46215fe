"""What a stage adds to registers: payloads within somebody's bundle, and a facet of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps

from kernel.errors import PermissionDenied
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
