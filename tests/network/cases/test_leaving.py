"""A site whose word counts no more: what it wrote before stays, and it is linked with nobody who revoked it."""

from __future__ import annotations

from tests.network.acts import REQUIREMENTS, furnish
from tests.network.conftest import Trio
from tests.network.network import until
from tests.network.site import Site


def test_links_of_a_revoked_site_end_at_once(trio: Trio) -> None:
    """Case 25: within 2 seconds, and it does not come back."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    furnish(a.owner, project)
    before = b.owner.create(project, REQUIREMENTS, title="Before")
    network.wait_for_sync()
    network.decide(a, b, "revoke", reason="A lost laptop")
    until(lambda: not is_linked(a, b, project), "the link has ended", 2)
    # What it writes before they follow may still count: they accept it.
    until(lambda: network.seen_at(c, b)["revoked_elsewhere"], "it has heard of it")
    network.decide(c, b, "follow")
    afterwards = b.owner.create(project, REQUIREMENTS, title="Afterwards")
    network.dial(b, a)
    network.assert_same(a, c)
    shown = a.owner.records(project, REQUIREMENTS)
    assert before in shown
    assert afterwards not in shown
    assert not is_linked(a, b, project)
    assert not is_linked(c, b, project)


def is_linked(site: Site, other: Site, project: str) -> bool:
    query = "SELECT connected_at IS NOT NULL FROM replication_peer WHERE project_id = %s AND name = %s"
    return bool(site.rows(query, [project, other.name])[0][0])
