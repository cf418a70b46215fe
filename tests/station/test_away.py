"""The server is away, or its time is another one: files are kept, reports wait, and none is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from foundry_station.clock import text_of
from foundry_station.link.backoff import Backoff
from tests.station.rig import Rig
from tests.station.server import until
from tests.station.working import connected, holds

# What a station writes that is offline for a month, in a team whose members alter a lot.
MONTH = 10_000


async def test_nothing_is_lost_while_the_server_is_away(rig: Rig) -> None:
    """Case 32."""
    async with connected(rig) as (server, _):
        directive = rig.site.directive()
        await server.issue(1, directive)
        await until(lambda: server.state_of(directive) == "in_place", "in place")
        await until(lambda: server.kinds() == ["applied"], "reported")
        await server.stop()
        for number in range(3):
            rig.file.write_bytes(rig.file.read_bytes().replace(b"Never", b"Always %d" % number))
            await until(lambda: holds(rig.file, b"Never."), "reverted at once")
        tries = server.connections
        await server.start()
        await until(lambda: server.kinds() == ["applied", *["change_blocked"] * 3], "all reported")
        assert [each["seq"] for each in server.reports] == [1, 2, 3, 4]
        assert server.connections > tries


async def test_a_server_that_lost_reports_gets_them_again(rig: Rig) -> None:
    async with connected(rig) as (server, _):
        await server.issue(1, rig.site.directive("a", position=1), rig.site.directive("b", position=2))
        await until(lambda: len(server.reports) == 2, "reported")
        await server.stop()
        server.reports.pop()
        await server.start()
        await until(lambda: len(server.reports) == 2, "reported again")


async def test_reports_of_a_month_are_sent_in_pieces(rig: Rig) -> None:
    with rig.state.transaction():
        for number in range(MONTH):
            rig.engine.enforcer.reports.add({"kind": "applied", "at": str(number)})
    async with connected(rig) as (server, _):
        await until(lambda: len(server.reports) == MONTH, "sent")
        assert [method for method, _ in server.calls].count("reports.put") == MONTH / 200
        await until(lambda: rig.engine.enforcer.reports.count_unsent() == 0, "acknowledged")


async def test_dates_pass_without_the_server(rig: Rig) -> None:
    """Case 17."""
    async with connected(rig) as (server, _):
        now = datetime.now(UTC)
        begins, ends = (text_of(now + timedelta(seconds=seconds)) for seconds in (2.5, 5))
        await server.issue(1, rig.site.directive(starts_at=begins, ends_at=ends))
        await until(lambda: rig.engine.authority.numbers() == {rig.site.team: 1}, "obeyed")
        assert not rig.file.exists()
        await server.stop()
        await until(lambda: holds(rig.file, b"Never."), "begun")
        assert datetime.now(UTC) >= now + timedelta(seconds=2.5)
        await until(lambda: not rig.file.exists(), "ended")
        assert datetime.now(UTC) >= now + timedelta(seconds=5)


async def test_no_report_is_given_up_however_often_sending_fails(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 32: neither after connections that broke nor after refusals."""
    monkeypatch.setattr("foundry_station.link.session.Backoff", partial(Backoff, shortest=0.01, longest=0.01))
    rig.issue(rig.site.directive())
    async with connected(rig) as (server, _):
        await until(lambda: server.kinds() == ["applied"], "reported")
        server.losses, server.refusals = 15, 15
        for number in range(3):
            rig.file.write_bytes(rig.file.read_bytes().replace(b"Never", b"Always %d" % number))
            await until(lambda: holds(rig.file, b"Never."), "reverted")
        await until(lambda: server.kinds() == ["applied", *["change_blocked"] * 3], "all reported")
        assert (server.losses, server.refusals) == (0, 0)
        assert [each["seq"] for each in server.reports] == [1, 2, 3, 4]


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_machine_whose_clock_is_a_day_off_counts_by_the_server_s(rig: Rig, days: int) -> None:
    def server_now() -> datetime:
        return datetime.now(UTC) + timedelta(days=days)

    async with connected(rig, lambda: text_of(server_now())) as (server, _):
        begun = rig.site.directive(mode="temporary", timeout_hours=2, starts_at=text_of(server_now()))
        ended = rig.site.directive(
            "Over.", position=1, starts_at=text_of(server_now() - timedelta(hours=2)), ends_at=text_of(server_now())
        )
        await server.issue(1, begun, ended)
        await until(lambda: server.state_of(begun) == "in_place", "in place")
        assert not holds(rig.file, b"Over.")
        began = server_now()
        rig.file.write_bytes(rig.file.read_bytes().replace(b"Never", b"Always"))
        await until(lambda: "change_detected" in server.kinds(), "reported")
        ends = datetime.fromisoformat(server.reports[-1]["body"]["until"])
        late = timedelta(seconds=1)
        assert began - late <= ends - timedelta(hours=2) <= server_now() + late
        assert "clock_jumped" not in server.kinds()
