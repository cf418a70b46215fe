"""Two sites that have the same operations and do not show the same: an alarm, and a way out."""

from __future__ import annotations

from typing import Any

from stages.registers.fold.ids import pair_id
from tests.network.acts import REQUIREMENTS, RISKS, furnish
from tests.network.conftest import Trio
from tests.network.site import Site
from tests.patience import until

MINUTE = 60.0


def alarm_at(site: Site, project: str, name: str) -> Any:
    """What a site last raised about another one."""
    query = "SELECT alarm FROM replication_peer WHERE project_id = %s AND name = %s"
    return site.rows(query, [project, name])[0][0]


def alarms(one: Site, other: Site, project: str) -> list[Any]:
    """What they last raised about each other."""
    return [alarm_at(one, project, other.name), alarm_at(other, project, one.name)]


def test_a_row_that_was_changed_by_hand(trio: Trio) -> None:
    """Case 37."""
    network, (a, b, _c), project = trio.network, trio.sites, trio.project
    record, *_ = furnish(a.owner, project)
    network.wait_for_sync()
    with b.tampered(
        "registers_record",
        "UPDATE registers_record SET digest = sha256('x') WHERE id = %s",
        [record],
        put_right=lambda: b.manage("rebuild_registers", project),
    ):
        # Nobody writes anything: they compare by themselves.
        until(lambda: all(record in str(each) for each in alarms(a, b, project)), "both name the record", MINUTE)
        assert [(each["kind"], each["records"]) for each in alarms(a, b, project)] == [("differs", [record])] * 2
    until(lambda: all(map(is_over, alarms(a, b, project))), "both alarms are over", MINUTE)
    network.assert_same()


def test_a_mapping_that_was_deleted_by_hand(trio: Trio) -> None:
    network, (a, b, _c), project = trio.network, trio.sites, trio.project
    furnish(a.owner, project)
    columns = {"facet_a": REQUIREMENTS, "field_a": "title", "facet_b": RISKS, "field_b": "title"}
    a.owner.post(f"projects/{project}/registers/mappings/", columns)
    network.wait_for_sync()
    mapping = pair_id(((REQUIREMENTS, "title"), (RISKS, "title")))
    with b.tampered(
        "registers_mapping",
        "DELETE FROM registers_mapping WHERE project_id = %s",
        [project],
        put_right=lambda: b.manage("rebuild_registers", project),
    ):
        a.owner.create(project, REQUIREMENTS, title="So that they compare now")
        until(lambda: all(mapping in str(each) for each in alarms(a, b, project)), "both name the mapping", MINUTE)
        assert [(each["kind"], each["mappings"]) for each in alarms(a, b, project)] == [("differs", [mapping])] * 2
    a.owner.create(project, REQUIREMENTS, title="So that they compare again")
    until(lambda: all(map(is_over, alarms(a, b, project))), "both alarms are over", MINUTE)


def is_over(alarm: Any) -> bool:
    return alarm is None or bool(alarm.get("over_at"))
