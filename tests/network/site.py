"""One site of a network: a real server with a database, a data folder and Valkey databases of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psycopg
import redis
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from psycopg import sql

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import create_account, create_token
from audit.services import site_id
from foundry_site.connections import redis_database
from foundry_site.launcher.nodes import NodeProcess, bare_environment
from tests import databases
from tests.network.clocks import set_clock
from tests.network.loaded import LoadedNode, LoadedProduct
from tests.network.people import Person
from tests.network.verifying import Verifying
from tests.services import DATABASES_PER_WORKER, worker

# Those of the workers come first; of its 64 each worker has 12 for the sites of its networks.
FIRST_DATABASE: Final = 16
MOST_SITES: Final = 6
SERVING: Final = (sys.executable, "-m", "tests.faults.serving", "tied")


class Site:
    """A site that runs, is killed, is given another clock, and is restored from a backup.

    `number` says which of the process's Valkey databases are its own, `front` at which port of this machine others
    dial it, `on_start` is called with the port of its first node.
    """

    def __init__(self, name: str, number: int, folder: Path, front: int, on_start: Callable[[int], None]) -> None:
        self.name = name
        self.number = number
        self.folder = folder
        self.front = front
        self.clock: float = 0.0
        self.entrance = 0
        self.people: dict[str, Person] = {}
        self.owner: Person
        self.database = databases.new(template=databases.template())
        self._on_start = on_start
        self._more: dict[str, str] = {}
        self._first: dict[str, str] = {}
        self.starts_from_copies = True
        self._product: LoadedProduct | None = None
        self.verifying = Verifying(self)
        self.data_dir.mkdir(mode=0o700, parents=True)
        become_another_installation(databases.address(self.database))
        self._empty_redis()
        self.nodes: list[NodeProcess] = []

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def node(self) -> NodeProcess:
        """The node that its people use."""
        return self.nodes[self.entrance]

    @property
    def url(self) -> str:
        """Where browsers find it, past the lines."""
        return f"http://localhost:{self.node.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Small pools: five sites share the connections of one Postgres with the tests."""
        own = bare_environment(
            os.environ,
            DATABASE_URL=databases.address(self.database),
            REDIS_URL=self._redis_url,
            FOUNDRY_DATA_DIR=str(self.data_dir),
            FOUNDRY_STAGES=os.environ["FOUNDRY_STAGES"],
            FOUNDRY_LAYER_PREFIX=f"network-{os.getpid()}-{self.number}",
            FOUNDRY_SECRET_KEY=settings.SECRET_KEY,
            FOUNDRY_SITE_NAME=self.name,
            FOUNDRY_SITES_URL=f"ws://127.0.0.1:{self.front}",
            FOUNDRY_READ_THREADS="2",
            FOUNDRY_WRITE_THREADS="2",
            FOUNDRY_REST_THREADS="3",
            FOUNDRY_REST_RATE="0",
            FOUNDRY_ADDRESS_RATE="0",
            FOUNDRY_SOCKET_RATE="100000",
            FOUNDRY_LOG_LEVEL="WARNING",
        )
        return {**own, **self._more}

    @property
    def _redis_url(self) -> str:
        own = FIRST_DATABASE + DATABASES_PER_WORKER * ((worker() or 0) * MOST_SITES + self.number)
        return redis_database(os.environ["REDIS_URL"], own - (worker() or 0) * DATABASES_PER_WORKER)

    @property
    def output(self) -> str:
        """What its nodes have said, those that have ended included."""
        return "".join(log.read_text(errors="replace") for log in sorted(self.folder.glob("node-*.log")))

    def configure(self, **variables: str) -> None:
        """Set variables of the environment that its nodes have from their next start on.

        Once it has started from copies: those of `stages.replication.environment` alone.
        """
        self._more.update(variables)

    def launch(self) -> None:
        """Begin to start its first node; `wait` waits for it."""
        if not self.nodes:
            self.add_node()
        self.nodes[0].launch()

    def wait(self) -> None:
        self.node.wait()
        self._on_start(self.node.port)

    def start(self) -> None:
        self.launch()
        self.wait()

    def add_node(self) -> NodeProcess:
        """A further node of this site, not started yet."""
        log = self.folder / f"node-{len(self.nodes)}.log"
        if self._product is None and self.starts_from_copies:
            self._first = dict(self._more)
            self._product = LoadedProduct(self.environment, self.folder / "product.log")
        if self._product is not None:
            changed = {name: value for name, value in self._more.items() if self._first.get(name) != value}
            self.nodes.append(LoadedNode(self._product, log, self.clock, changed))
        else:
            faults = [f"clock={self.clock}"] if self.clock else []
            self.nodes.append(NodeProcess(self.environment, log, command=(*SERVING, *faults)))
        return self.nodes[-1]

    def kill(self) -> None:
        """Kill its nodes as a failing machine does (SIGKILL)."""
        for node in self.nodes:
            node.kill()

    def stop(self) -> None:
        for node in self.nodes:
            node.ask_to_go()
        for node in self.nodes:
            node.stop()

    def start_again(self, *, clock: float | None = None) -> None:
        """Start it with what `configure` said since, and with another clock where one is given."""
        self.stop()
        port = self.nodes[0].port if self.nodes else 0
        if clock is not None:
            self.set_clock(clock)
        self.nodes.clear()
        self.entrance = 0
        self.add_node().port = port
        self.start()

    def recover(self) -> None:
        """Have it as it was first started: one node, which runs, its environment, and a clock that is right."""
        if len(self.nodes) != 1 or not self.node.is_running or self.clock or self._more != self._first:
            self._more = dict(self._first)
            self.start_again(clock=0.0 if self.clock else None)

    def set_clock(self, seconds: float) -> None:
        """Let its clock be wrong by so many seconds, from its next start on: that of its nodes and of its database."""
        self.clock = seconds
        set_clock(self.database, seconds)

    def back_up(self) -> str:
        """Copy its database as it is now; the copy's name. The site is stopped for it, and started again."""
        self.stop()
        copy = databases.new(template=self.database)
        self.start()
        return copy

    def restore(self, backup: str) -> None:
        """Put a copy of its database in its place, as an operator does after a loss; its data folder stays."""
        self.stop()
        databases.drop(self.database)
        databases.new(template=backup, name=self.database)
        self.verifying.forget_lost()
        if self.clock:
            set_clock(self.database, self.clock)
        self._empty_redis()
        self.start_again()

    def remove(self) -> None:
        """End it, with its database."""
        self.stop()
        if self._product is not None:
            self._product.end()
        databases.drop(self.database)

    def add_people(self, *names: str, administrators: Sequence[str] = ()) -> None:
        """Make accounts with tokens."""
        with self.opened():
            for name in names:
                user = create_account(
                    caller=foundry_caller("command"),
                    username=name,
                    display_name=name.title(),
                    is_administrator=name in administrators,
                )
                self.people[name] = self._person(user)

    def person_of(self, user: User) -> Person:
        """Somebody with an account there, and a new token of their own."""
        with self.opened():
            return self._person(user)

    def _person(self, user: User) -> Person:
        _, token = create_token(caller=foundry_caller("command"), name="network", user_id=user.id)
        return Person(self, str(user.id), user.username, token)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Use its database and its keys in this process, past its server."""
        own = override_settings(FOUNDRY_DATA_DIR=self.data_dir, FOUNDRY_SIGNING_KEY=None)
        with own, databases.connected_to(self.database):
            site_id.cache_clear()
            try:
                yield
            finally:
                site_id.cache_clear()

    def manage(self, *command: str) -> str:
        """What a command of `manage.py` says, run in this process. Raises its `CommandError`."""
        said = StringIO()
        with self.opened():
            call_command(*command, stdout=said)
        return said.getvalue()

    def rows(
        self, query: str | sql.Composed, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[tuple[Any, ...]]:
        """The rows of a query past the product; none for a statement without rows."""
        with psycopg.connect(databases.address(self.database), autocommit=True) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def forget_tries(self) -> None:
        """Begin to count anew how often somebody was refused here: all sites dial each other from one address."""
        for offset in range(DATABASES_PER_WORKER):
            with redis.Redis.from_url(redis_database(self._redis_url, offset)) as client:
                for name in client.scan_iter("sites:tries:*"):
                    client.delete(name)

    def tamper(self, table: str, statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> None:
        """Change a table in a way that its triggers refuse, as only who owns the database can."""
        name = sql.Identifier(table)
        with psycopg.connect(databases.address(self.database), autocommit=True) as connection:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
            try:
                connection.execute(statement, parameters)
            finally:
                connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(name))

    @contextmanager
    def tampered(
        self,
        table: str,
        statement: str,
        parameters: Sequence[Any] | Mapping[str, Any] = (),
        *,
        put_right: Callable[[], object],
    ) -> Iterator[None]:
        """As `tamper`, until the context ends: what comes after it, the verifier included, finds all as it was."""
        self.tamper(table, statement, parameters)
        try:
            yield
        finally:
            put_right()

    def _empty_redis(self) -> None:
        for offset in range(DATABASES_PER_WORKER):
            with redis.Redis.from_url(redis_database(self._redis_url, offset)) as client:
                client.flushdb()


def become_another_installation(address: str) -> None:
    """Give a copy of the template an id of its own, as if all migrations had been applied to an empty database."""
    # The first of the teams has the id of the site.
    tables = [sql.Identifier(name) for name in ("audit_site", "fleet_team")]
    own = uuid4()
    with psycopg.connect(address, autocommit=True) as connection:
        for table in tables:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
            connection.execute(sql.SQL("UPDATE {} SET id = %s").format(table), [own])
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
