"""Two sites that have the same operations and do not show the same: an alarm, and a way out."""

from __future__ import annotations

from typing import Any

from tests.network.acts import REQUIREMENTS, furnish
from tests.network.conftest import Trio
from tests.network.network import until
from tests.network.site import Site


def alarm_at(site: Site, project: str, name: str) -> Any:
    """What a site last raised about another one."""
    query = "SELECT alarm FROM replication_peer WHERE project_id = %s AND name = %s"
    return site.rows(query, [project, name])[0][0]


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
        a.owner.create(project, REQUIREMENTS, title="So that they compare now")
        for site, other in ((a, b), (b, a)):
            until(lambda: record in str(alarm_at(site, project, other.name)), f"{site.name} names the record")  # noqa: B023
        assert alarm_at(a, project, b.name)["kind"] == "differs"
    a.owner.create(project, REQUIREMENTS, title="So that they compare again")
    network.wait_for_sync()
    for site, other in ((a, b), (b, a)):
        until(lambda: is_over(alarm_at(site, project, other.name)), f"the alarm at {site.name} is over")  # noqa: B023
    network.assert_same()


def is_over(alarm: Any) -> bool:
    return alarm is None or bool(alarm.get("over_at"))
