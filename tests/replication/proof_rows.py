"""Rows of this stage in the world of `tests/proof`."""

from __future__ import annotations

from projects.services import create_project
from stages.replication.admission.services import invite_site, revoke_site, take_introductions
from tests.publishing.reviews import Review, caller_of
from tests.replication.admission.world import Elsewhere


def make_rows(review: Review) -> None:
    """A project of two sites: one came by an invitation and named the other, which was revoked at both."""
    owner = caller_of(review.people["owner"])
    project = create_project(caller=owner, name="Shared with Basel")
    basel, lyon = Elsewhere(project.id, "Basel"), Elsewhere(project.id, "Lyon")
    for site in (lyon, basel):
        site.come(invite_site(caller=owner, project_id=project.id, rights="writes", copies=True).text)
    said = lyon.introduction(revoked={"number": 0, "hash": None})
    take_introductions(project_id=project.id, peer_key=basel.site_key, introductions=[said])
    revoke_site(caller=owner, project_id=project.id, key=lyon.site_key, reason="A laptop was stolen")
