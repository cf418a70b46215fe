"""Two and three real sites: what is written at one of them comes to the others, also through one in between."""

from __future__ import annotations

from tests.network.conftest import Trio
from tests.network.network import TestNetwork
from tests.network.site import Site


def begin(network: TestNetwork, home: Site, *others: Site) -> None:
    """A project with one table, whose home is linked with each of the others."""
    network.begin_project(home)
    home.owner.create_table(network.project, "requirements", columns=[{"name": "title"}])
    for other in others:
        network.connect(home, other)
    network.wait_for_sync()


def titles(network: TestNetwork, site: Site) -> list[str]:
    return sorted(each["title"] for each in site.owner.records(network.project, "requirements").values())


def test_what_is_written_at_one_site_is_at_the_other(apart: Trio) -> None:
    network, home, other = apart.network, apart.a, apart.b
    begin(network, home, other)
    home.owner.create(network.project, "requirements", title="It stops")
    network.wait_for_sync()
    other.owner.create(network.project, "requirements", title="It starts")
    network.wait_for_sync()
    assert titles(network, home) == titles(network, other) == ["It starts", "It stops"]
    network.partition({home}, {other})
    home.owner.create(network.project, "requirements", title="It waits")
    other.owner.create(network.project, "requirements", title="It hurries")
    network.heal()
    network.wait_for_sync()
    assert len(titles(network, home)) == 4


def test_three_sites_and_one_in_between(apart: Trio) -> None:
    network, (home, left, right) = apart.network, apart.sites
    begin(network, home, left, right)
    network.admit_everybody()
    left.owner.create(network.project, "requirements", title="From the left")
    network.wait_for_sync()
    assert titles(network, right) == ["From the left"]
    network.partition({home, left}, {right})
    left.owner.create(network.project, "requirements", title="While apart")
    network.wait_for_sync(home, left)
    network.disconnect(left, right)
    network.heal((home, right))
    network.wait_for_sync()
    query = "SELECT text, signature FROM registers_operation WHERE project_id = %s ORDER BY hlc, op_id"
    texts = [site.rows(query, [network.project]) for site in (left, right)]
    assert texts[0] == texts[1]
