"""Rows of this stage in the world of `tests/proof`."""

from __future__ import annotations

from stages.registers.fold.payloads import AttachFacet
from stages.registers.models import ActorKey
from tests.publishing.reviews import Review, caller_of
from tests.registers.storing.foreign_site import ForeignSite, take_in
from tests.registers.storing.world import Desk


def make_rows(review: Review) -> None:
    """Records of which two were merged, an act that was taken back, a bundle of another site, and a key of before."""
    desk = Desk(review.project, caller_of(review.people["editor"]))
    desk.create_table()
    first, second = desk.create({"title": "Pump stops"}, {"title": "Pump halts"})
    desk.write(lambda acts, schema: acts.merge(first, second))
    desk.undo()
    basel = ForeignSite(review.project.id)
    bundle = basel.write([AttachFacet(first, "risks")])
    take_in(project_id=review.project.id, bundles=[bundle], certificates=[basel.certificate])
    # A key whose secret nobody can read any more is replaced.
    ActorKey.objects.filter(user=desk.caller.user).update(secret=b"lost")
    desk.set(first, "prio", 1)
