"""Other sites in a project's file."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from accounts.callers import Caller
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.exchange.verification import verify_file
from kernel.errors import ValidationFailed
from stages.replication.models import HeldBundle, Peer
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review
from tests.replication.ingest.world import Site
from tests.replication.proof.test_bundle import FIRST, basel, owner  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def data(review: Review, basel: Any) -> bytes:  # noqa: F811 (the fixtures)
    """The file of a project with a site, and a bundle of another one that is held."""
    Peer.objects.update(clock={"ab" * 32: ["00" * 12, 7, "00" * 32]}, skew_ms=4)
    lyon = Site(review.project, "Lyon")
    lyon.send(*lyon.records(FIRST))
    assert HeldBundle.objects.count() == 1
    return b"".join(export_project(project_id=review.project.id))


def changed(data: bytes, kind: str, **members: Any) -> bytes:
    lines = [json.loads(line) for line in data.splitlines()]
    written = [{**line, **(members if line["type"] == kind else {})} for line in lines]
    return b"".join(json.dumps(line).encode() + b"\n" for line in written)


def test_the_file_has_sites_invitations_and_what_is_held(data: bytes) -> None:
    counts = verify_file(io.BytesIO(data)).counts
    assert (counts["site"], counts["site_invitation"], counts["site_held_bundle"]) == (1, 1, 1)
    assert b'"clock":{"abab' not in data
    assert b"skew_ms" not in data


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("site", {"name": "Bern"}),
        ("site", {"rights": "reads"}),
        ("site_invitation", {"copies": True}),
        ("site_held_bundle", {"text": "{}"}),
    ],
)
def test_c03_a_file_with_another_site_is_refused(data: bytes, kind: str, members: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed):
        verify_file(io.BytesIO(changed(data, kind, **members)))


def test_a_new_project_has_no_sites(data: bytes, owner: Caller) -> None:  # noqa: F811 (the fixture)
    before = Peer.objects.count()
    import_project(caller=owner, file=io.BytesIO(data))
    assert Peer.objects.count() == before
