"""What two sites see of each other that should not be: another state under the same clock, two histories."""

from __future__ import annotations

from typing import Any

from stages.registers.fold.ids import pair_id
from tests.network.cases.test_two_sites import begin, titles
from tests.network.conftest import Trio
from tests.network.site import Site
from tests.patience import until

# Seconds: twice as long as two sites that are quiet do not compare.
PATIENCE = 70.0


def alarms(site: Site, project: str) -> list[dict[str, Any]]:
    query = "SELECT alarm FROM replication_peer WHERE alarm IS NOT NULL AND project_id = %s"
    return [alarm for (alarm,) in site.rows(query, [project])]


def test_one_record_differs_and_both_sites_name_it(apart: Trio) -> None:
    network, home, other = apart.network, apart.a, apart.b
    begin(network, home, other)
    project = network.project
    record = home.owner.create(project, "requirements", title="It stops")
    network.wait_for_sync()
    assert alarms(home, project) == alarms(other, project) == []

    def seen(site: Site) -> bool:
        return any(each["records"] for each in alarms(site, project))

    with other.tampered(
        "registers_record",
        "UPDATE registers_record SET digest = sha256('changed by hand') WHERE id = %s",
        [record],
        put_right=lambda: other.manage("rebuild_registers", project),
    ):
        home.owner.create(project, "requirements", title="So that they compare now")
        until(lambda: seen(home) and seen(other), "both see it", PATIENCE)
        for site in (home, other):
            (alarm,) = alarms(site, project)
            assert (alarm["kind"], alarm["records"]) == ("differs", [record])
    home.owner.create(project, "requirements", title="So that they compare again")
    until(lambda: all("over_at" in alarms(site, project)[0] for site in (home, other)), "it is over", PATIENCE)


def test_a_mapping_that_differs_is_named_at_both_sites(apart: Trio) -> None:
    network, home, other = apart.network, apart.a, apart.b
    begin(network, home, other)
    project = network.project
    home.owner.create_table(project, "risks", columns=[{"name": "title"}])
    columns = {"facet_a": "requirements", "field_a": "title", "facet_b": "risks", "field_b": "title"}
    home.owner.post(f"projects/{project}/registers/mappings/", columns)
    network.wait_for_sync()

    def seen(site: Site) -> bool:
        return any(each.get("mappings") for each in alarms(site, project))

    with other.tampered(
        "registers_mapping",
        "DELETE FROM registers_mapping WHERE project_id = %s",
        [project],
        put_right=lambda: other.manage("rebuild_registers", project),
    ):
        home.owner.create(project, "requirements", title="So that they compare now")
        until(lambda: seen(home) and seen(other), "both see it", PATIENCE)
        for site in (home, other):
            (alarm,) = alarms(site, project)
            mapping = pair_id((("requirements", "title"), ("risks", "title")))
            assert (alarm["kind"], alarm["mappings"]) == ("differs", [mapping])
    home.owner.create(project, "requirements", title="So that they compare again")
    until(lambda: all("over_at" in alarms(site, project)[0] for site in (home, other)), "it is over", PATIENCE)


def test_a_site_that_wrote_two_histories_is_seen_at_both_sides(apart: Trio) -> None:
    network, home, other = apart.network, apart.a, apart.b
    begin(network, home, other)
    project = network.project
    network.partition({home}, {other})
    backup = other.back_up()
    other.owner.create(project, "requirements", title="Before the loss")
    network.heal()
    network.wait_for_sync()
    network.partition({home}, {other})
    # The data folder is lost with the database, so that nothing notices it.
    for mark in other.data_dir.rglob(f"{project}.json"):
        mark.unlink()
    other.restore(backup)
    other.owner.create(project, "requirements", title="After the loss")
    network.heal()

    def is_forked(site: Site) -> bool:
        return [each["kind"] for each in alarms(site, project)] == ["fork"]

    until(lambda: is_forked(home) and is_forked(other), "both", PATIENCE)
    assert titles(network, home) == ["Before the loss"]
    assert titles(network, other) == ["After the loss"]
    until(lambda: held(home, project) == held(other, project) == [("fork",)], "each holds the other's", PATIENCE)


def held(site: Site, project: str) -> list[tuple[str]]:
    """Why a site holds bundles of the project back."""
    return site.rows("SELECT reason FROM replication_heldbundle WHERE project_id = %s", [project])
