"""What two sites see of each other that should not be: another state under the same clock, two histories."""

from __future__ import annotations

from typing import Any

from tests.network.conftest import network  # noqa: F401 (a fixture)
from tests.network.network import TestNetwork, until
from tests.network.site import Site
from tests.replication.link.test_two_sites import begin, titles

# Seconds: twice as long as two sites that are quiet do not compare.
PATIENCE = 70.0


def alarms(site: Site) -> list[dict[str, Any]]:
    return [alarm for (alarm,) in site.rows("SELECT alarm FROM replication_peer WHERE alarm IS NOT NULL")]


def test_one_record_differs_and_both_sites_name_it(network: TestNetwork) -> None:  # noqa: F811
    home, other = begin(network, 2)
    record = home.owner.create(network.project, "requirements", title="It stops")
    network.wait_for_sync()
    assert alarms(home) == alarms(other) == []
    other.rows("UPDATE registers_record SET digest = sha256('changed by hand') WHERE id = %s", [record])
    until(lambda: all(each and each[0]["records"] for each in (alarms(home), alarms(other))), "both see it", PATIENCE)
    for site in (home, other):
        (alarm,) = alarms(site)
        assert (alarm["kind"], alarm["records"]) == ("differs", [record])
    other.manage("rebuild_registers", network.project)
    until(lambda: all("over_at" in alarms(site)[0] for site in (home, other)), "it is over", PATIENCE)


def test_a_site_that_wrote_two_histories_is_seen_at_both_sides(network: TestNetwork) -> None:  # noqa: F811
    home, other = begin(network, 2)
    network.partition({home}, {other})
    backup = other.back_up()
    other.owner.create(network.project, "requirements", title="Before the loss")
    network.heal()
    network.wait_for_sync()
    network.partition({home}, {other})
    # The data folder is lost with the database, so that nothing notices it.
    for mark in other.data_dir.rglob(f"{network.project}.json"):
        mark.unlink()
    other.restore(backup)
    other.owner.create(network.project, "requirements", title="After the loss")
    network.heal()
    until(lambda: all(each and each[0]["kind"] == "fork" for each in (alarms(home), alarms(other))), "both", PATIENCE)
    assert titles(network, home) == ["Before the loss"]
    assert titles(network, other) == ["After the loss"]
    held = "SELECT reason FROM replication_heldbundle"
    until(lambda: home.rows(held) == other.rows(held) == [("fork",)], "each holds the other's", PATIENCE)
