"""Pages of records call a site as whoever admitted it knows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from projects.models import Project
from stages.registers.fold.payloads import SetField
from stages.registers.pages.authors import Authors
from tests.registers.storing.foreign_site import ForeignSite, take_in
from tests.registers.storing.world import REQ, Desk
from tests.replication.rows import make_peer

pytestmark = pytest.mark.django_db


def test_the_site_is_named_beside_its_person(project: Project, editor: Any, caller_for: Callable[..., Any]) -> None:
    ann = Desk(project, caller_for(editor))
    ann.create_table()
    (record,) = ann.create({"title": "A"})
    basel = ForeignSite(project.id)
    bundle = basel.write([SetField(record, REQ, "title", "done")])
    take_in(project_id=project.id, bundles=[bundle], certificates=[basel.certificate])
    assert Authors(project.id, editor).site(basel.site_key) == "basel.example"
    make_peer(project, "Basel plant", key=bytes.fromhex(basel.site_key))
    assert Authors(project.id, editor).site(basel.site_key) == "Basel plant"
