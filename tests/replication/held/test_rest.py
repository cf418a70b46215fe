"""Held bundles over REST."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accounts.models import User
from audit.models import Event
from stages.replication.choices import Rights
from stages.replication.models import HeldBundle
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import Desk
from tests.replication.ingest.world import Site
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(ann: Desk) -> Site:
    """A site that may only read, and has sent two bundles."""
    site = Site(ann.project, "Bern").admit(Rights.READS)
    site.send(*site.records(numbered_id(5), numbered_id(6)))
    return site


def test_what_is_held_is_listed_with_what_an_owner_may_do(ann: Desk, reader: Site, viewer: User) -> None:
    (second, first) = members(Api(viewer).get(f"projects/{ann.project.id}/held/"))["results"]
    assert (first["number"], second["number"]) == (1, 2)
    assert (first["reason"], first["acts"]) == ("read_only", ["re_enter", "discard"])
    assert (first["site"], first["site_name"], first["sender"]) == (reader.site_key, "Bern", reader.site_key)
    assert (first["operations"], first["detail"]) == (3, "The site that wrote it may only read here.")


def test_an_owner_decides_for_a_reason(ann: Desk, reader: Site, owner: User) -> None:
    """Case 28."""
    held = HeldBundle.objects.get(number=1)
    here = f"projects/{ann.project.id}/held/{held.id}/"
    api = Api(owner)
    assert problem(api.post(f"{here}discard/", {})) == (400, "validation_failed")
    assert problem(api.post(f"{here}release/", {"reason": "Let it in"})) == (409, "conflict")
    assert reader.held() == [(1, "read_only"), (2, "read_only")]
    key = str(uuid4())
    answer = api.post(f"{here}discard/", {"reason": "Nobody wants it"}, Idempotency_Key=key)
    assert (answer.status_code, members(answer)["decision"]) == (200, "discarded")
    again = api.post(f"{here}discard/", {"reason": "Nobody wants it"}, Idempotency_Key=key)
    assert (again.status_code, members(again)) == (200, members(answer))
    assert Event.objects.filter(action="held.discarded").count() == 1
    assert problem(api.post(f"{here}re-enter/")) == (409, "conflict")


def test_what_another_project_holds_is_not_found(ann: Desk, reader: Site, owner: User, make_project: object) -> None:
    other = make_project()  # type: ignore[operator]
    held = HeldBundle.objects.get(number=1)
    assert reader.project_id == ann.project.id
    answer = Api(owner).post(f"projects/{other.id}/held/{held.id}/discard/", {"reason": "Nobody wants it"})
    assert problem(answer) == (404, "not_found")
