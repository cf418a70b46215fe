"""``script/network`` as a person meets it: three linked sites, one of them cut off by a key and linked again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from foundry_site.embedded import addresses, postgres
from foundry_site.environment import BASE_DIR
from foundry_site.launcher.announcement import is_ready
from foundry_site.launcher.network import make_databases
from foundry_site.launcher.network_site import FRONTS
from foundry_site.launcher.nodes import bare_environment
from foundry_site.launcher.options import parse_network_options
from tests import databases
from tests.copies import dumped, fill
from tests.foundry_site.test_run import STAGES, pytestmark  # noqa: F401 (the mark holds here too)
from tests.network.site import become_another_installation
from tests.patience import COMMAND_PATIENCE, until

SITES = ("uppsala", "basel")


class Command:
    """One running command, whose keys a pipe presses."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "foundry_site.launcher.network", "--data", str(data_dir), *arguments],
            env={**bare_environment(os.environ), **STAGES, "PYTHONPATH": str(BASE_DIR)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._watchdog = threading.Timer(3 * COMMAND_PATIENCE, self.process.kill)
        self._watchdog.start()

    def until(self, words: str) -> None:
        assert self.process.stdout is not None
        while words not in self.said:
            line = self.process.stdout.readline()
            assert line, f"It ended: {self.said}"
            self.said += line

    def press(self, key: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(key)
        self.process.stdin.flush()

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.said += self.process.communicate()[0]
        self._watchdog.cancel()
        return self.process.returncode


@pytest.fixture
def prepared(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Path:
    """A folder with the databases of two sites: to migrate them takes ten times as long."""
    with django_db_blocker.unblock():
        tables = dumped(databases.address(databases.template()))
    postgres.start(tmp_path, durable=False)
    try:
        names = [f"foundry_{host}" for host in SITES]
        make_databases(parse_network_options(["2", "--data", str(tmp_path)]), names)
        for name in names:
            address = addresses.database_url(tmp_path, name)
            fill(address, tables)
            become_another_installation(address)
    finally:
        postgres.stop(tmp_path)
    return tmp_path


def free_port() -> int:
    """A port that is free, as those are that the network takes beside it."""
    while True:
        with ExitStack() as probes, suppress(OSError):
            first = probes.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            for port in (first + 1, first + FRONTS, first + FRONTS + 1):
                probes.enter_context(socket.create_server(("127.0.0.1", port)))
            found: int = first
            return found


def test_sites_are_linked_cut_off_and_linked_again(prepared: Path) -> None:
    port = free_port()
    network = Command(prepared, "2", "--port", str(port))
    try:
        network.until("Stop with Ctrl-C")
        found = re.findall(r"http://(\w+)\.localhost:(\d+)/projects/([0-9a-f-]+)/sites/", network.said)
        assert [(host, int(at)) for host, at, _project in found] == [("uppsala", port), ("basel", port + 1)]
        assert len({project for *_address, project in found}) == 1
        pages = [f"http://127.0.0.1:{at}/readyz" for _host, at, _project in found]
        until(lambda: all(map(is_ready, pages)), "both answer")
        # What the sites say is in their logs, and the terminal stays readable.
        logs = [Path(each) for each in re.findall(r" log +(/.*)", network.said)]
        assert [each.parent.name for each in logs] == list(SITES)
        assert all("Listening on" in each.read_text() for each in logs)
        assert "Listening on" not in network.said
        network.press("2")
        network.until("Basel is cut off from the others.")
        network.press("2")
        network.until("Basel is linked again.")
    finally:
        status = network.end()
    assert status == 0, network.said
    assert "Traceback" not in network.said


@pytest.mark.parametrize("sites", ["1", "6", "many"])
def test_a_network_has_two_to_five_sites(sites: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_network_options([sites])
    assert "2 to 5 sites" in capsys.readouterr().err
