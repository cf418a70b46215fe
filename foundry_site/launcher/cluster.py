"""``script/cluster N``: N nodes of one Foundry on this machine, behind nginx, which distributes requests in turn.

With ``--workers M`` the N are masters, and M workers answer the WebSockets.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from django.core.management.base import CommandError

from foundry_site.embedded.errors import EmbeddedServiceError
from foundry_site.embedded.folder_lock import DataFolderLock
from foundry_site.environment import ALL, MASTER, WORKER, Environment, read_environment
from foundry_site.launcher import frontend
from foundry_site.launcher.announcement import announce_when_ready
from foundry_site.launcher.availability import check_port
from foundry_site.launcher.console import LaunchError, print_error, say, step
from foundry_site.launcher.nginx import find_nginx, round_robin
from foundry_site.launcher.nodes import TIED, NodeProcess, running
from foundry_site.launcher.options import ClusterOptions, parse_cluster_options
from foundry_site.launcher.services import prepare_site, started_services
from foundry_site.launcher.signals import Stopped, stopped_by_signals
from foundry_site.launcher.worker import background_worker
from kernel.environment import EnvironmentVariableError

# As many as the embedded PostgreSQL has connections for.
MAX_EMBEDDED_NODES: Final = 4
LOOK_AGAIN_SECONDS: Final = 0.5


def main(arguments: Sequence[str]) -> int:
    """Run the nodes until a signal; returns the exit status."""
    options = parse_cluster_options(arguments)
    os.environ["FOUNDRY_DATA_DIR"] = str(options.run.data_dir)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "foundry_site.settings")
    os.environ.setdefault("FOUNDRY_URL", f"http://localhost:{options.run.port}")
    try:
        with stopped_by_signals():
            _run(options, read_environment())
    except (Stopped, KeyboardInterrupt):
        return 0
    except (LaunchError, EmbeddedServiceError, EnvironmentVariableError, CommandError, RuntimeError) as error:
        print_error(str(error))
        return 1
    return 0


def _run(options: ClusterOptions, environment: Environment) -> None:
    url = f"http://localhost:{options.run.port}{environment.path}/"
    if environment.database_url is None and options.nodes + options.workers > MAX_EMBEDDED_NODES:
        raise LaunchError(
            f"The embedded PostgreSQL serves up to {MAX_EMBEDDED_NODES} nodes; name your own in DATABASE_URL."
        )
    if options.workers and not find_nginx():
        raise LaunchError("Workers need nginx in front, which brings WebSockets to them; there is none here.")
    with DataFolderLock(options.run.data_dir) as lock:
        lock.describe(url=url)
        check_port(options.run.port)
        frontend.build()
        with started_services(options.run.data_dir, environment):
            with_demo = options.run.demo and environment.database_url is None
            prepare_site(url, with_demo=with_demo)
            _serve(options, url, with_demo=with_demo)


def _serve(options: ClusterOptions, url: str, *, with_demo: bool) -> None:
    nginx = find_nginx()
    os.environ["FOUNDRY_PROXY"] = str(nginx is not None)
    nodes = _nodes(options, first_port=0 if nginx else options.run.port)
    masters, workers = nodes[: options.nodes], nodes[options.nodes :]
    with ExitStack() as stack:
        with step(_described(options)) as current:
            stack.enter_context(running(*nodes))
            current.note(", ".join(str(node.port) for node in nodes))
        if nginx:
            ports, sockets = ([node.port for node in each] for each in (masters, workers or masters))
            stack.enter_context(
                round_robin(nginx, options.run.data_dir, port=options.run.port, nodes=ports, sockets=sockets)
            )
        else:
            addresses = ", ".join(f"http://localhost:{node.port}/" for node in nodes)
            say(f"  There is no nginx on this machine, so each client picks a node: {addresses}")
        stack.enter_context(background_worker(options.run.data_dir))
        announce_when_ready(options.run, url, with_demo=with_demo)
        _watch(nodes)


def _described(options: ClusterOptions) -> str:
    if options.workers:
        return f"{options.nodes} masters and {options.workers} workers"
    return f"{options.nodes} nodes"


def _nodes(options: ClusterOptions, *, first_port: int) -> list[NodeProcess]:
    """The nodes, each with its log file, workers last. Without nginx, the first has the requested port."""
    folder = options.run.data_dir / "nodes"
    folder.mkdir(mode=0o700, exist_ok=True)
    command = (*TIED, str(options.run.data_dir))
    roles = [MASTER] * options.nodes + [WORKER] * options.workers if options.workers else [ALL] * options.nodes
    nodes = [
        NodeProcess({**os.environ, "FOUNDRY_ROLE": role}, folder / f"{number}.log", command=command)
        for number, role in enumerate(roles, start=1)
    ]
    nodes[0].port = first_port
    return nodes


def _watch(nodes: Sequence[NodeProcess]) -> None:
    """Restart nodes that have ended, until a signal."""
    while True:
        for number, node in enumerate(nodes, start=1):
            if not node.is_running:
                say(f"  Node {number} has ended, and is started again; see {Path(node.log)}")
                node.start()
        time.sleep(LOOK_AGAIN_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
