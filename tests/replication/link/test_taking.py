"""What comes over one link goes on over the others, also where no bundle comes with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from projects.models import Project
from stages.replication.link import taking
from stages.replication.link.methods import Remote
from stages.replication.link.taking import take_bundles
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import Desk
from tests.replication.ingest.statements import revoked
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db


def test_a_key_that_was_revoked_goes_on_without_bundles(
    project: Project, editor: Any, caller_for: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 24: else a site that is linked with that one only would not receive it."""
    Desk(project, caller_for(editor)).create_table()
    basel, relay = Site(project, "Basel").admit(), Site(project, "Chur").admit()
    (last,) = basel.records(numbered_id(5))
    basel.send(last)
    woken: list[UUID] = []
    monkeypatch.setattr(taking, "note_commit", woken.append)
    remote = Remote(project.id, relay.peer.id, relay.site_key)
    push = {"bundles": [], "keys": [revoked(basel, after=1, last=last.hash)], "remaining": 0}
    take_bundles(remote, push)
    assert woken == [project.id]
    # It is known by now: nobody sends it to and fro.
    take_bundles(remote, push)
    assert woken == [project.id]
