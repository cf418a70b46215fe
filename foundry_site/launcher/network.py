"""``script/network N``: N sites on this machine, which share one project and can be cut off from each other."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Final

import psycopg
from psycopg import sql

from foundry_site.demo import sign_in_file
from foundry_site.embedded import addresses
from foundry_site.embedded.errors import EmbeddedServiceError
from foundry_site.embedded.folder_lock import DataFolderLock
from foundry_site.embedded.running import embedded_services
from foundry_site.launcher import frontend
from foundry_site.launcher.availability import check_port
from foundry_site.launcher.console import LaunchError, print_error, say, step
from foundry_site.launcher.key_presses import key_presses
from foundry_site.launcher.lines import Lines, has_local_port
from foundry_site.launcher.network_site import NetworkSite
from foundry_site.launcher.nodes import running
from foundry_site.launcher.options import NetworkOptions, parse_network_options
from foundry_site.launcher.signals import Stopped, stopped_afterwards, stopped_by_signals

LOOK_AGAIN_SECONDS: Final = 0.5
KNOWN_SECONDS: Final = 60
RIGHTS: Final = {"rights": "writes", "copies": True}


class Network:
    """The sites, and which of them are cut off."""

    def __init__(self, options: NetworkOptions) -> None:
        self.options = options
        self.sites = [NetworkSite(number, options.data_dir, options.port) for number in range(options.sites)]
        self.away: set[int] = set()

    def run(self) -> None:
        """Run until a signal."""
        with DataFolderLock(self.options.data_dir) as lock, ExitStack() as stack:
            lock.describe(url=self.sites[0].url)
            for site in self.sites:
                check_port(site.port)
                check_port(site.front)
            frontend.build()
            with step("PostgreSQL and Valkey"), stopped_afterwards():
                stack.enter_context(embedded_services(self.options.data_dir, with_postgres=True, with_valkey=True))
            self._prepare(stack)
            lines = self._start(stack)
            with step("One project at all of them"):
                self._join()
            for site in self.sites:
                site.end_preparation()
            self._announce()
            self._watch(lines)

    def _prepare(self, stack: ExitStack) -> None:
        make_databases(self.options, [site.database for site in self.sites])
        with step(f"{len(self.sites)} databases, the demo at the first"):
            for site in self.sites:
                site.prepare()
                stack.callback(site.end_preparation)
            for site in self.sites:
                site.wait_until_prepared()

    def _start(self, stack: ExitStack) -> Lines:
        lines = Lines(self._source_of)
        stack.callback(lines.close)
        for site in self.sites:
            lines.open_front(site.place.host, site.front)
            lines.lead(site.place.host, site.port)
        with step("Sites") as current:
            stack.enter_context(running(*(site.node for site in self.sites)))
            current.note(", ".join(f"{site.place.name} {site.port}" for site in self.sites))
        for site in self.sites:
            site.worker.start()
            stack.callback(site.worker.stop)
        return lines

    def _source_of(self, port: int) -> str:
        """The host of the site whose server has this local port."""
        return next(
            (
                site.place.host
                for site in self.sites
                if site.node.is_running and has_local_port(site.node.process, port)
            ),
            "",
        )

    def _join(self) -> None:
        """Invite every site that has not joined yet, and let all of them admit each other."""
        home, *others = self.sites
        known = sign_in_file.read(home.data_dir)
        assert known is not None
        project = known["project_id"]
        for site in others:
            if site.ask("GET", f"projects/{project}/") is None:
                invited = home.ask("POST", f"projects/{project}/sites/invitations/", RIGHTS)
                site.ask("POST", "projects/join/", {"invitation": invited["text"]})
        for site, other in itertools.permutations(others, 2):
            found = known_at(site, other, project)
            if not found["admitted_at"]:
                site.ask("POST", f"projects/{project}/sites/{found['key']}/admit/", RIGHTS)

    def _announce(self) -> None:
        known = sign_in_file.read(self.sites[0].data_dir)
        assert known is not None
        say(f"\n{len(self.sites)} sites share the project, each with people of its own:\n")
        for site in self.sites:
            accounts = (sign_in_file.read(site.data_dir) or known)["accounts"]
            say(f"  {site.number + 1}  {site.place.name:<18} {site.url}/projects/{known['project_id']}/sites/")
            for account in accounts[: 3 if site.number == 0 else 1]:
                say(f"     {account['role']:<18} {account['username']:<10} {account['password']}")
            say(f"     {'log':<18} {site.log}")
        say(f"\nPress 1 to {len(self.sites)} to cut that site off from the others, and again to link it.")
        say("Stop with Ctrl-C.")

    def _watch(self, lines: Lines) -> None:
        """Follow the keys, and restart processes that have ended, until a signal."""
        with key_presses() as keys:
            while True:
                key = keys.next(LOOK_AGAIN_SECONDS)
                if key.isdigit() and 1 <= int(key) <= len(self.sites):
                    self._toggle(int(key) - 1, lines)
                for site in self.sites:
                    if not site.node.is_running:
                        say(f"  The server of {site.place.name} has ended, and is started again: read {site.log}")
                        site.node.start()
                    if not site.worker.is_running():
                        say(f"  The worker of {site.place.name} has ended, and is started again: read {site.log}")
                        site.worker.start()

    def _toggle(self, number: int, lines: Lines) -> None:
        """Cut a site off, or link it again with all that are not cut off."""
        self.away ^= {number}
        site = self.sites[number]
        for other in self.sites:
            between = lines.between(site.place.host, other.place.host)
            if self.away & {number, other.number}:
                lines.cut(between)
            else:
                lines.restore(between)
        say(f"  {site.place.name} is {'cut off from the others' if number in self.away else 'linked again'}.")


def make_databases(options: NetworkOptions, names: Sequence[str]) -> None:
    """Make the databases that are not there yet."""
    with psycopg.connect(addresses.database_url(options.data_dir, "postgres"), autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for name in names:
            if name not in known:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def known_at(site: NetworkSite, other: NetworkSite, project: str) -> dict[str, Any]:
    """What a site knows of another one, once that was introduced to it. Raises `LaunchError`."""
    deadline = time.monotonic() + KNOWN_SECONDS
    while time.monotonic() < deadline:
        for each in site.ask("GET", f"projects/{project}/sites/")["results"]:
            if each["name"] == other.place.name:
                found: dict[str, Any] = each
                return found
        # It is introduced over a link of the sites, of which this process gets no notification.
        time.sleep(LOOK_AGAIN_SECONDS)
    raise LaunchError(f"{site.place.name} does not know {other.place.name}.")


def main(arguments: Sequence[str]) -> int:
    """Run the network until a signal; returns the exit status."""
    options = parse_network_options(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "foundry_site.settings")
    try:
        with stopped_by_signals():
            Network(options).run()
    except (Stopped, KeyboardInterrupt):
        return 0
    except (LaunchError, EmbeddedServiceError, RuntimeError) as error:
        print_error(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
