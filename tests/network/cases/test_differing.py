"""Two sites that have the same operations and do not show the same: an alarm, and a way out."""

from __future__ import annotations

from typing import Any

from tests.network.acts import furnish
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
        assert alarm_at(a, project, b.name)["kind"] == "differs"
    until(lambda: all(map(is_over, alarms(a, b, project))), "both alarms are over", MINUTE)
    network.assert_same()


def is_over(alarm: Any) -> bool:
    return alarm is None or bool(alarm.get("over_at"))
