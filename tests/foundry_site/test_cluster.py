"""``script/cluster`` as a person meets it: nodes on one data folder, with and without nginx."""

from __future__ import annotations

import re
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from foundry_site.launcher.announcement import is_ready
from foundry_site.launcher.nginx import configuration, find_nginx
from tests.foundry_site.test_run import STAGES, Run, left_over, pytestmark, working  # noqa: F401 (the mark holds here too)
from tests.patience import PATIENCE, have_ended, until

COMMAND = "foundry_site.launcher.nodes"


@pytest.fixture
def start(data_dir: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start_one(*arguments: str, **variables: str) -> Run:
        runs.append(Run(data_dir, *arguments, command="cluster", **variables))
        return runs[-1]

    yield start_one
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGKILL)


def until_ready(*ports: str | int) -> None:
    """Wait until nodes are ready: on a busy machine one may answer 503 for a moment."""
    pages = [f"http://127.0.0.1:{port}/readyz" for port in ports]
    until(lambda: all(map(is_ready, pages)), "all are ready")


def nodes_of(data_dir: Path) -> list[psutil.Process]:
    found = psutil.process_iter(["cmdline"])
    return [each for each in found if COMMAND in (each.info["cmdline"] or ()) and str(data_dir) in each.info["cmdline"]]


def test_nodes_are_started_watched_and_stopped(start: Callable[..., Run], used_data_dir: Path) -> None:
    data_dir = used_data_dir
    cluster = start("2", "--no-demo", **STAGES)
    cluster.until("Stop with Ctrl-C")
    (ports,) = re.findall(r"2 nodes … (\d+), (\d+)", cluster.said)
    until_ready(*ports, cluster.port)
    if find_nginx() is None:
        assert "no nginx" in cluster.said
        assert ports[0] == str(cluster.port)

    refused = start("2")
    assert refused.end() == 1
    assert "already runs on" in refused.said

    victim = nodes_of(data_dir)[0]
    victim.kill()
    cluster.until("has ended, and is started again")
    assert cluster.end(signal.SIGTERM) == 0
    assert left_over(data_dir) == []
    assert "Traceback" not in cluster.said


def test_nodes_do_not_outlive_a_launcher_that_is_killed(start: Callable[..., Run], used_data_dir: Path) -> None:
    data_dir = used_data_dir
    cluster = start("2", "--no-demo", **STAGES)
    cluster.until("Stop with Ctrl-C")
    nodes = nodes_of(data_dir)
    assert len(nodes) == 2
    cluster.end(signal.SIGKILL)
    assert have_ended(nodes)


def test_an_embedded_database_serves_a_few_nodes(start: Callable[..., Run]) -> None:
    refused = start("30")
    assert refused.end() == 1
    assert "DATABASE_URL" in refused.said


def test_nginx_passes_requests_to_the_nodes_in_turn(tmp_path: Path) -> None:
    text = configuration(tmp_path, port=8000, nodes=[41001, 41002], sockets=[41003])
    masters, workers = text.split("upstream foundry_sockets")
    assert "server 127.0.0.1:41001" in masters
    assert "server 127.0.0.1:41002" in masters
    assert "server 127.0.0.1:41003" in workers.split("server {")[0]
    assert "proxy_set_header Upgrade $http_upgrade;" in text
    # Overwritten, not appended to: what a client claims there is not believed.
    assert text.count("proxy_set_header X-Forwarded-For $remote_addr;") == 2


def test_masters_and_workers_share_the_work(start: Callable[..., Run]) -> None:
    cluster = start("1", "--workers", "1", "--no-demo")
    if find_nginx() is None:
        assert cluster.end() == 1
        assert "Workers need nginx" in cluster.said
        return
    cluster.until("Stop with Ctrl-C")
    (ports,) = re.findall(r"1 masters and 1 workers … (\d+), (\d+)", cluster.said)
    master, worker = ports
    until_ready(*ports, cluster.port)
    # Without a token the station's socket is closed by whoever answers sockets; a master answers none.
    for path in ("/ws/stations/", "/ws/fleet/"):
        assert [closed(port, path) for port in (str(cluster.port), worker, master)] == ["4401", "4401", "HTTP 403"]
    assert [status(port, "/.well-known/jwks.json") for port in (str(cluster.port), master, worker)] == [200, 200, 404]
    assert cluster.end(signal.SIGTERM) == 0


def closed(port: str, path: str) -> str:
    """How a socket that shows no token ends."""
    try:
        with connect(f"ws://127.0.0.1:{port}{path}", open_timeout=PATIENCE) as socket:
            socket.recv(PATIENCE)
    except InvalidStatus as refused:
        return f"HTTP {refused.response.status_code}"
    except ConnectionClosed as ended:
        return str(ended.rcvd.code if ended.rcvd else "")
    return "open"


def status(port: str, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
