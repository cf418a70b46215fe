"""The commands as people and programs use them: their exit codes, what they show, and what they leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.patience import PATIENCE
from tests.station.rig import Rig
from tests.station.server import StationServer, running, until
from tests.station.shell import Shell
from tests.station.site import Site
from tests.station.web import SignInServer, serving

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def daemon(rig: Rig) -> Iterator[subprocess.Popen[str]]:
    """`foundry-station run` in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "station"), "HOME": str(rig.home)}
    command = [sys.executable, "-m", "foundry_station", "--home", str(rig.folder / "state"), "run"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, text=True, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, process.stderr.read() if process.stderr else ""
        if process.stderr:
            process.stderr.close()


@asynccontextmanager
async def served(rig: Rig) -> AsyncIterator[StationServer]:
    async with running(StationServer(rig.site)) as server:
        rig.state.set(server=server.address)
        yield server


def test_wrong_usage_is_2(shell: Shell) -> None:
    assert shell.run() == 2
    assert shell.run("no-such-command") == 2
    assert shell.run("watch", "/no/such/folder") == 2
    assert shell.run("trust", "abc") == 2
    assert shell.run("kept", "99") == 2
    assert shell.run("unwatch", str(shell.rig.home)) == 2


def test_login_stores_and_shows_what_to_compare(shell: Shell) -> None:
    site = Site()
    with serving(SignInServer(site)) as server:
        server.answers = ["access_denied"]
        assert shell.run("login", server.address) == 3
        assert "denied" in shell.err
        server.answers = ["token"]
        assert shell.run("login", server.address, "--key", "0" * 64) == 3
        assert site.key in shell.err
        assert shell.run("login", server.address) == 0
        assert site.key in shell.out
        assert "WDJB-MJHT" in shell.err
    assert shell.rig.state.setting("station") == site.station
    pinned = {each["key"]: each["retired"] for each in shell.json("trust")}
    assert pinned == {shell.rig.site.key: True, site.key: False}
    assert shell.run("login", "http://127.0.0.1:9") == 4


def test_signing_in_again_keeps_what_was_obeyed(shell: Shell) -> None:
    rig = shell.rig
    rig.issue(rig.site.directive())
    rig.state.set(chain="broken")
    again = Site(id=rig.site.id, private=rig.site.private)
    with serving(SignInServer(again)) as server:
        assert shell.run("login", server.address) == 0
    assert rig.state.setting("chain") is None
    assert rig.engine.authority.numbers() == {rig.site.team: 1}
    assert rig.engine.enforcer.reports.fault() is None
    assert [each.facts["kind"] for each in rig.engine.enforcer.reports.all()] == ["applied"]


async def test_a_token_that_an_administrator_made_signs_in(shell: Shell) -> None:
    rig = shell.rig
    rig.state.set(station=None, token=None, site=None)
    (rig.folder / "token").write_text("fds_x\n")
    (rig.folder / "wrong").write_text("fds_wrong\n")
    async with served(rig) as server:
        assert await shell.run_async("login", server.address, "--token-file", str(rig.folder / "wrong")) == 3
        assert await shell.run_async("login", server.address, "--token-file", str(rig.folder / "token")) == 0
    assert rig.state.setting("station") == rig.site.station
    assert rig.state.setting("site") == rig.site.id


def test_without_a_sign_in_it_is_3(shell: Shell) -> None:
    shell.rig.state.set(token=None, server="https://foundry.example.org")
    assert shell.run("status") == 3
    assert "Sign in again: foundry-station login https://foundry.example.org" in shell.out
    assert shell.run("sync") == 3
    assert shell.run("request", "change", "-m", "x") == 3


def test_watch_writes_and_unwatch_gives_back(shell: Shell) -> None:
    rig = shell.rig
    rig.issue(rig.site.directive())
    other = rig.folder / "other"
    (other / ".git").mkdir(parents=True)
    (other / "inside").mkdir()
    (other / "CLAUDE.md").write_text("mine")
    assert shell.run("watch", str(other / "inside")) == 0
    assert f"Watched: {other} (local/other)" in shell.out
    assert "Never." in (other / "CLAUDE.md").read_text()
    assert shell.run("unwatch", str(other)) == 0
    assert (other / "CLAUDE.md").read_text() == "mine"
    assert shell.run("watch", str(rig.folder)) == 0
    assert "a plain folder" in shell.out, "repositories below are none of its own"


def test_status_verify_and_diff_say_where_a_file_drifts(shell: Shell) -> None:
    rig = shell.rig
    directive = rig.site.directive(mode="warning")
    rig.issue(directive)
    assert shell.run("verify") == 0
    assert shell.run("diff") == 0
    assert shell.run("status") == 4, "no daemon runs"
    assert "DOES NOT RUN" in shell.out
    rig.file.write_text(rig.file.read_text().replace("Never", "Always"))
    before = rig.file.read_bytes()
    assert shell.run("status") == 1
    assert shell.run("verify") == 1
    assert shell.run("verify", str(rig.home)) == 0, "only there"
    assert shell.run("diff") == 1
    assert "-Never." in shell.out
    assert "+Always." in shell.out
    assert rig.file.read_bytes() == before
    (shown,) = shell.json("status")["directives"]
    assert (shown["id"], shown["state"], shown["mode"]) == (directive["id"], "drifted", "warning")
    assert shell.json("verify")["drifted"] == [{"path": str(rig.file), "directive": directive["id"]}]


def test_verify_finds_what_was_altered_in_the_state(shell: Shell) -> None:
    shell.rig.issue(shell.rig.site.directive())
    shell.rig.state.run("UPDATE reports SET body = replace(body, 'applied', 'failed')")
    shell.rig.state.run("UPDATE texts SET content = 'Always.'")
    assert shell.run("verify") == 1
    assert shell.out.count("FAULT") == 2


def test_kept_lists_and_gives_the_file(shell: Shell) -> None:
    rig = shell.rig
    rig.issue(rig.site.directive())
    altered = rig.file.read_text().replace("Never", "Always")
    rig.file.write_text(altered)
    rig.round()
    (listed,) = shell.json("kept")["texts"]
    assert listed["directives"][0]["text"] == "Always.\n"
    assert shell.run("diff", str(listed["id"])) == 0
    assert "+Always." in shell.out


async def test_sync_brings_and_sends(shell: Shell) -> None:
    rig = shell.rig
    async with served(rig) as server:
        directive = rig.site.directive()
        await server.issue(1, directive)
        assert await shell.run_async("sync") == 0, shell.err
        assert "Never." in rig.file.read_text()
        assert server.kinds() == ["applied"]
        assert server.state_of(directive) == "in_place"
        server.close_with = 4403
        assert await shell.run_async("sync") == 3
    assert await shell.run_async("sync") == 4


async def test_a_kept_text_becomes_a_proposal(shell: Shell) -> None:
    rig = shell.rig
    directive = rig.site.directive()
    rig.issue(directive)
    assert shell.run("request", "change", "-m", "why") == 2
    rig.file.write_text(rig.file.read_text().replace("Never", "Always"))
    rig.round()
    async with served(rig) as server:
        assert await shell.run_async("request", "change", "-m", "because") == 0, shell.err
        assert "number 7" in shell.out
        (params,) = [params for method, params in server.calls if method == "change.request"]
        assert params == {
            "directive": directive["id"],
            "text": "Always.\n",
            "path": "CLAUDE.md",
            "repository": "local/repo",
            "message": "because",
        }
        assert await shell.run_async("request", "exception", directive["id"], "-m", "a trial", "--hours", "2") == 0
        (params,) = [params for method, params in server.calls if method == "exception.request"]
        assert params["until"] is not None
        assert await shell.run_async("request", "exception", directive["title"], "-m", "by its title") == 0
        assert await shell.run_async("request", "exception", "unknown", "-m", "x") == 2
    assert await shell.run_async("request", "change", "-m", "because") == 4


async def test_a_daemon_does_what_commands_ask(shell: Shell) -> None:
    """Case 38's first half, and commands beside a daemon."""
    rig = shell.rig
    async with served(rig) as server:
        directive = rig.site.directive()
        await server.issue(1, directive)
        with daemon(rig) as process:
            await until(lambda: server.state_of(directive) == "in_place", "in place")
            assert await shell.run_async("run") == 1
            assert str(process.pid) in shell.err
            assert await shell.run_async("status") == 0
            assert f"process {process.pid}" in shell.out
            rig.file.write_text(rig.file.read_text().replace("Never", "Always"))
            await until(lambda: "change_blocked" in server.kinds(), "reverted")
            assert await shell.run_async("request", "change", "-m", "because") == 0, shell.err
            assert await shell.run_async("logout", "--remove") == 0, shell.err
            assert list(rig.repo.iterdir()) == []


def test_logout_leaves_files_and_with_remove_gives_them_back(shell: Shell) -> None:
    rig = shell.rig
    rig.file.write_bytes(b"mine\r\nwithout end")
    rig.issue(rig.site.directive(), rig.site.directive(destination="copilot"), rig.site.directive(layer="user"))
    assert (rig.home / ".claude" / "CLAUDE.md").exists()
    assert shell.run("logout") == 0
    assert b"Never." in rig.file.read_bytes()
    assert shell.run("verify") == 0
    assert shell.run("logout", "--remove") == 0
    assert rig.file.read_bytes() == b"mine\r\nwithout end"
    assert list(rig.repo.iterdir()) == [rig.file]
    assert list(rig.home.iterdir()) == []


def test_services_start_what_is_installed(shell: Shell) -> None:
    assert shell.run("install-service", "--print") == 0
    assert f'ExecStart="{sys.executable}" "-I" "-m" "foundry_station" "--home"' in shell.out
    assert "WantedBy=default.target" in shell.out
    assert shell.run("install-service", "--print", "--system") == 0
    assert '"--system"' in shell.out
    assert "WantedBy=multi-user.target" in shell.out


def test_launchd_has_a_service_too(tmp_path: Path) -> None:
    import plistlib

    from foundry_station.service_files import property_list

    content = plistlib.loads(property_list(system=False, state=tmp_path).encode())
    assert content["ProgramArguments"][-1] == "run"
    assert content["KeepAlive"] is True
