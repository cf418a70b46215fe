"""Two and three real sites: what is written at one of them comes to the others, also through one in between."""

from __future__ import annotations

from tests.network.conftest import network  # noqa: F401 (a fixture)
from tests.network.network import TestNetwork
from tests.network.site import Site


def begin(network: TestNetwork, count: int) -> list[Site]:  # noqa: F811 (not the fixture)
    """Sites of which the first is home, linked with each of the others, with one table."""
    sites = network.add_peers(count)
    home = sites[0]
    network.begin_project(home)
    home.owner.create_table(network.project, "requirements", columns=[{"name": "title"}])
    for other in sites[1:]:
        network.connect(home, other)
    network.wait_for_sync()
    return sites


def titles(network: TestNetwork, site: Site) -> list[str]:  # noqa: F811
    return sorted(each["title"] for each in site.owner.records(network.project, "requirements").values())


def test_what_is_written_at_one_site_is_at_the_other(network: TestNetwork) -> None:  # noqa: F811
    home, other = begin(network, 2)
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
    network.verify()


def test_three_sites_and_one_in_between(network: TestNetwork) -> None:  # noqa: F811
    home, left, right = begin(network, 3)
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
    texts = [site.rows("SELECT text, signature FROM registers_operation ORDER BY hlc, op_id") for site in (left, right)]
    assert texts[0] == texts[1]
    network.verify()
