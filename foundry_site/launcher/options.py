"""The command lines of the commands."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from foundry_site.environment import BASE_DIR

DEFAULT_PORT = 8000
MAX_PORT = 65535
DEFAULT_NODES = 2
MAX_NODES = 64
DEFAULT_MODEL_PORT = 8135
DEFAULT_SITES = 3
# As many as the embedded PostgreSQL has connections for, and names are made up for.
MAX_SITES = 5


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How ``script/run`` was called. ``data_dir`` is absolute; ``model_port`` is that of a local model, if any."""

    port: int
    data_dir: Path
    demo: bool
    model_port: int | None = None


def parse_run_options(arguments: Sequence[str]) -> RunOptions:
    """Parse the command line of ``script/run``; argparse ends the process for ``--help`` and for mistakes."""
    parser = argparse.ArgumentParser(prog="script/run", description="Start Foundry on this machine.")
    _add_run_options(parser)
    parser.add_argument(
        "--local-model",
        type=_port,
        nargs="?",
        const=DEFAULT_MODEL_PORT,
        metavar="PORT",
        help=f"install a small real model (130 MB) and serve it on this machine, at port {DEFAULT_MODEL_PORT}",
    )
    parsed = parser.parse_args(arguments)
    if parsed.local_model == parsed.port:
        parser.error("the local model needs another port than Foundry")
    return replace(_run_options(parsed), model_port=parsed.local_model)


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """How ``script/cluster`` was called: so many nodes, and so many more for WebSockets alone."""

    nodes: int
    workers: int
    run: RunOptions


def parse_cluster_options(arguments: Sequence[str]) -> ClusterOptions:
    """Parse the command line of ``script/cluster``; argparse ends the process for ``--help`` and for mistakes."""
    parser = argparse.ArgumentParser(prog="script/cluster", description="Start several nodes of one Foundry here.")
    parser.add_argument("nodes", type=_nodes, nargs="?", default=DEFAULT_NODES, help=f"default {DEFAULT_NODES}")
    parser.add_argument(
        "--workers",
        type=_nodes,
        default=0,
        metavar="M",
        help="start M more nodes that answer only WebSockets; the others then refuse them (needs nginx)",
    )
    _add_run_options(parser)
    parsed = parser.parse_args(arguments)
    return ClusterOptions(nodes=parsed.nodes, workers=parsed.workers, run=_run_options(parsed))


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """How ``script/network`` was called: so many sites, whose pages are at `port` and those that follow it."""

    sites: int
    port: int
    data_dir: Path


def parse_network_options(arguments: Sequence[str]) -> NetworkOptions:
    """Parse the command line of ``script/network``; argparse ends the process for ``--help`` and for mistakes."""
    parser = argparse.ArgumentParser(
        prog="script/network",
        description="Start several sites with one shared project on this machine, to try how they work apart and meet.",
        epilog="While it runs, the number of a site cuts it off from the others, and links it again.",
    )
    parser.add_argument("sites", type=_sites, nargs="?", default=DEFAULT_SITES, help=f"default {DEFAULT_SITES}")
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help=f"of the first site's pages, default {DEFAULT_PORT}"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="where everything is kept; default .foundry/network")
    parsed = parser.parse_args(arguments)
    data_dir: Path = parsed.data or BASE_DIR / ".foundry" / "network"
    return NetworkOptions(sites=parsed.sites, port=parsed.port, data_dir=data_dir.expanduser().resolve())


def _sites(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 < int(text) <= MAX_SITES:
        raise argparse.ArgumentTypeError(f"a network has 2 to {MAX_SITES} sites, not {text!r}")
    return int(text)


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help=f"default {DEFAULT_PORT}")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where everything is kept; default .foundry here")
    parser.add_argument("--no-demo", action="store_true", help="make no demo project and no demo accounts")


def _run_options(parsed: argparse.Namespace) -> RunOptions:
    data_dir: Path = parsed.data or Path(os.environ.get("FOUNDRY_DATA_DIR") or BASE_DIR / ".foundry")
    return RunOptions(port=parsed.port, data_dir=data_dir.expanduser().resolve(), demo=not parsed.no_demo)


def _nodes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MAX_NODES:
        raise argparse.ArgumentTypeError(f"a number of nodes is one from 1 to {MAX_NODES}, not {text!r}")
    return int(text)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {MAX_PORT}, not {text!r}")
    return int(text)
