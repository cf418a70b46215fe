"""People and sites whose word counts no more: what they wrote before stays, what comes later counts nowhere."""

from __future__ import annotations

from tests.network.acts import REQUIREMENTS, furnish
from tests.network.cases.outsider import Outsider
from tests.network.cases.stored import chain_at, events_of
from tests.network.conftest import Trio
from tests.network.network import until
from tests.network.site import Site


def titles(site: Site, project: str) -> set[str]:
    return {str(each["title"]) for each in site.owner.records(project, REQUIREMENTS).values()}


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


def test_sites_that_follow_end_at_one_head_and_hold_what_came_later(trio: Trio) -> None:
    """Case 25: C had 3 more bundles of B when A revoked it; both end at C's head, and hold what somebody passes on."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    furnish(a.owner, project)
    network.wait_for_sync()
    outsider = Outsider(project, a, c)
    key = network.seen_at(a, b)["key"]
    network.partition({a}, {b, c})
    for number in range(3):
        b.owner.create(project, REQUIREMENTS, title=f"Only at C {number}")
    network.wait_for_sync(b, c)
    head = len(chain_at(c, project, key))
    network.decide(a, b, "revoke", reason="A stolen laptop")
    assert len(chain_at(a, project, key)) == head - 3
    network.heal((a, c))
    until(lambda: network.seen_at(c, b)["revoked_elsewhere"], "C is asked")
    assert events_of(c, project, "site.revocation_reported")
    network.decide(c, b, "follow")
    network.assert_same(a, c)
    for site in (a, c):
        assert len(chain_at(site, project, key)) == head, site.name
        assert {f"Only at C {number}" for number in range(3)} <= titles(site, project), site.name
    b.owner.create(project, REQUIREMENTS, title="Afterwards")
    *_before, later = chain_at(b, project, key)
    before = network.state_hash(a)
    for site in (a, c):
        outsider.push(site, later)
        assert [(each["reason"], each["site"]) for each in network.held(site)] == [("revoked", key)], site.name
    assert network.assert_same(a, c) == before
