"""Two and three real sites: what is written at one of them comes to the others, also through one in between."""

from __future__ import annotations

from tests.network.conftest import Trio

COLUMNS = [{"name": "title"}]


def test_what_is_written_at_one_site_is_at_the_other(apart: Trio) -> None:
    network, home, other = apart.network, apart.a, apart.b
    project = network.share(home, other)
    home.owner.create_table(project, "requirements", columns=COLUMNS)
    home.owner.create(project, "requirements", title="It stops")
    network.wait_for_sync()
    other.owner.create(project, "requirements", title="It starts")
    network.wait_for_sync()
    assert home.owner.titles(project) == other.owner.titles(project) == ["It starts", "It stops"]
    network.partition({home}, {other})
    home.owner.create(project, "requirements", title="It waits")
    other.owner.create(project, "requirements", title="It hurries")
    network.heal()
    network.wait_for_sync()
    assert len(home.owner.titles(project)) == 4


def test_three_sites_and_one_in_between(apart: Trio) -> None:
    network, (home, left, right) = apart.network, apart.sites
    project = network.share(home, left, right)
    home.owner.create_table(project, "requirements", columns=COLUMNS)
    network.wait_for_sync()
    left.owner.create(project, "requirements", title="From the left")
    network.wait_for_sync()
    assert right.owner.titles(project) == ["From the left"]
    network.partition({home, left}, {right})
    left.owner.create(project, "requirements", title="While apart")
    network.wait_for_sync(home, left)
    network.disconnect(left, right)
    network.heal((home, right))
    network.wait_for_sync()
    query = "SELECT text, signature FROM registers_operation WHERE project_id = %s ORDER BY hlc, op_id"
    texts = [site.rows(query, [project]) for site in (left, right)]
    assert texts[0] == texts[1]
