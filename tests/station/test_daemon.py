"""A daemon with a server: what it is sent and sends, and without it. Seconds are only how long a test would wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from foundry_station.authority import Authority
from foundry_station.inbox import Inbox
from tests.station.rig import Rig, as_frame
from tests.station.server import until
from tests.station.site import Site
from tests.station.working import at_work, connected, holds, sibling, wall_now


async def test_an_edition_is_written_and_an_alteration_reported(rig: Rig) -> None:
    """Case 1, with a server; `audit` has its own tests there."""
    async with connected(rig) as (server, _):
        directive = rig.site.directive()
        await server.issue(1, directive, method="rule_created")
        await until(lambda: server.state_of(directive) == "in_place", "in place")
        rig.file.write_bytes(rig.file.read_bytes().replace(b"Never", b"Always"))
        await until(lambda: server.kinds() == ["applied", "change_blocked"], "reported")
        assert holds(rig.file, b"Never.")
        assert server.texts == {}, "no text leaves the machine"


async def test_temporary_sends_the_text_and_a_verdict_reverts_it(rig: Rig) -> None:
    """Cases 2 and 5, this side of the socket."""
    async with connected(rig) as (server, _):
        directive = rig.site.directive(mode="temporary", timeout_hours=2)
        await server.issue(1, directive)
        await until(lambda: server.state_of(directive) == "in_place", "in place")
        began = datetime.now(UTC)
        rig.file.write_bytes(rig.file.read_bytes().replace(b"Never", b"Always"))
        await until(lambda: "change_detected" in server.kinds(), "reported")
        (text,) = server.texts.values()
        assert text == "Always.\n"
        until_ = datetime.fromisoformat(server.reports[-1]["body"]["until"])
        # A text of milliseconds, and the server's time as it was when it arrived.
        late = timedelta(seconds=1)
        assert began - late <= until_ - timedelta(hours=2) <= datetime.now(UTC) + late
        await until(lambda: server.state_of(directive) == "drifted", "drifted")
        assert datetime.fromisoformat(server.placements[directive["id"]]["until"]) - until_ < timedelta(milliseconds=1)
        body = {"request_id": "p", "kind": "proposal", "directive_id": directive["id"], "state": "rejected"}
        await server.send("decided", body)
        await until(lambda: holds(rig.file, b"Never."), "reverted")


async def test_texts_that_did_not_come_along_are_asked_for(rig: Rig) -> None:
    async with connected(rig) as (server, _):
        server.sends_texts = False
        directives = [rig.site.directive(f"text {number}", position=number) for number in range(3)]
        await server.issue(1, *directives)
        await until(lambda: holds(rig.file, b"text 0", b"text 1", b"text 2"), "written")
        assert [method for method, _ in server.calls].count("texts.get") == 3


async def test_a_restored_server_is_shown_the_newer_edition(rig: Rig) -> None:
    rig.issue(rig.site.directive("before", position=1))
    rig.issue(rig.site.directive("after", position=1))
    async with connected(rig) as (server, _):
        server.editions[rig.site.team] = rig.site.edition(1, [rig.site.directive("before", position=1)])
        await server.stop()
        await server.start()
        await until(lambda: any(method == "edition.show" for method, _ in server.calls), "shown")
        (shown,) = [params for method, params in server.calls if method == "edition.show"][:1]
        assert (shown["team"], '"number":2' in shown["text"]) == (rig.site.team, True)
        assert holds(rig.file, b"after")


async def test_a_station_that_moves_gets_what_its_new_team_has(rig: Rig) -> None:
    async with connected(rig) as (server, _):
        first = rig.site.directive("of the first team")
        await server.issue(1, first)
        await until(lambda: server.state_of(first) == "in_place", "in place")
        other = str(uuid4())
        server.editions[other] = rig.site.edition(4, [rig.site.directive("of the other team")], team=other)
        server.assignment = rig.site.assignment(2, teams=[other])
        await server.send("assignment", as_frame(server.assignment))
        await until(lambda: holds(rig.file, b"of the other team"), "written")
        assert not holds(rig.file, b"of the first team")


async def test_a_lost_edition_is_found_by_the_next_heads(rig: Rig) -> None:
    async with connected(rig) as (server, daemon):
        await until(lambda: daemon.session is not None and daemon.session.is_idle, "connected")
        server.editions[rig.site.team] = rig.site.edition(1, [rig.site.directive()])
        await server.send("head", {"now": wall_now(), "heads": server.heads()})
        await until(lambda: holds(rig.file, b"Never."), "written")


@pytest.mark.parametrize("code", [4401, 4403])
async def test_a_revoked_station_goes_on_keeping_files(rig: Rig, code: int) -> None:
    rig.issue(rig.site.directive())
    async with connected(rig) as (server, _):
        server.close_with = code
        await server.stop()
        await server.start()
        await until(lambda: rig.state.setting("link") == "signed_out", "signed out")
        rig.file.write_bytes(b"")
        await until(lambda: holds(rig.file, b"Never."), "kept")
        tries = server.connections
        server.close_with = None
        # Another process signs in again.
        with sibling(rig) as state:
            state.set(signed_in_at="later")
        await until(lambda: rig.state.setting("link") == "connected", "connected")
        assert server.connections > tries


async def test_an_edition_that_came_with_the_last_of_a_connection_is_written(rig: Rig) -> None:
    """The connection broke after it was taken, and before anything followed from that."""
    async with at_work(rig) as daemon:
        await until(lambda: daemon.watcher.is_idle, "at work")
        await daemon.watcher.call(rig.assign)
        sealed = rig.site.edition(1, [rig.site.directive()])
        frame = as_frame(sealed, team=rig.site.team, texts=rig.site.texts)
        assert await daemon.watcher.call(Inbox(daemon.engine).edition, frame, {})
        await until(lambda: holds(rig.file, b"Never."), "written")


async def test_folders_and_requests_of_other_commands_are_noticed(rig: Rig) -> None:
    other = rig.folder / "other"
    other.mkdir()
    rig.issue(rig.site.directive())
    async with connected(rig) as (server, daemon):
        await until(lambda: daemon.session is not None and daemon.session.is_idle, "connected")
        with sibling(rig) as state:
            state.run("INSERT INTO watched VALUES (?)", str(other))
            state.run("INSERT INTO asked (method, params) VALUES ('change.request', '{\"directive\": \"x\"}')")
            state.run("INSERT INTO asked (method, params) VALUES ('no.such', '{}')")
        await until(lambda: holds(other / "CLAUDE.md", b"Never."), "written")
        await until(lambda: not rig.state.rows("SELECT 1 FROM asked WHERE answer IS NULL AND error IS NULL"), "asked")
        answers: list[Any] = rig.state.rows("SELECT answer IS NULL, error IS NULL FROM asked ORDER BY id")
        assert answers == [(0, 1), (1, 0)]
        assert ("change.request", {"directive": "x"}) in server.calls


async def test_the_site_s_next_key_is_followed_while_connected(rig: Rig) -> None:
    async with connected(rig) as (server, _):
        first = rig.site.directive("by the first key")
        await server.issue(1, first)
        await until(lambda: server.state_of(first) == "in_place", "in place")
        server.site.rotate()
        await server.issue(2, rig.site.directive("by the next key"))
        await until(lambda: holds(rig.file, b"by the next key"), "written")
        await until(lambda: server.kinds() == ["applied", "applied"], "nothing was refused")


async def test_a_key_that_is_trusted_by_hand_is_asked_for(rig: Rig) -> None:
    async with connected(rig) as (server, _):
        await until(lambda: rig.state.setting("link") == "connected", "connected")
        stranger = Site(id=rig.site.id, station=rig.site.station, team=rig.site.team, texts=rig.site.texts)
        server.site.private, server.site.listed_keys = stranger.private, stranger.listed_keys
        await server.issue(1, rig.site.directive())
        await until(lambda: "refused" in server.kinds(), "refused")
        assert not rig.file.exists()
        with sibling(rig) as state:
            Authority(state).pin(stranger.key, how="trust")
        await until(lambda: holds(rig.file, b"Never."), "written")


async def test_the_token_is_renewed_in_time(rig: Rig) -> None:
    rig.state.set(token_since="0")
    async with connected(rig) as (server, _):
        await until(lambda: float(rig.state.setting("token_since") or 0) > 0, "renewed")
        assert ("token.renew", {}) in server.calls
