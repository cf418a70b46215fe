"""One site of ``script/network``: its database, folders, ports and processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from foundry_site.connections import redis_database
from foundry_site.embedded import addresses
from foundry_site.environment import BASE_DIR
from foundry_site.launcher.console import LaunchError
from foundry_site.launcher.nodes import TIED, NodeProcess, bare_environment
from foundry_site.launcher.worker import BackgroundProcess

# The pages of the first site are at --port; others dial it so many ports above.
FRONTS: Final = 10
# Locks, and the cache.
REDIS_DATABASES: Final = 2
REQUEST_SECONDS: Final = 60

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site of the network is said to be, and who works there. The home's people are those of the demo."""

    name: str
    host: str
    username: str
    display_name: str


PLACES: Final = (
    Place("Uppsala", "uppsala", "owner", "Mara Lindqvist"),
    Place("Basel", "basel", "jana", "Jana Meier"),
    Place("Visp plant", "visp", "joris", "Joris Wyss"),
    Place("Inspection laptop", "laptop", "sven", "Sven Aalto"),
    Place("Zug office", "zug", "nora", "Nora Keller"),
)


class NetworkSite:
    """A site with a folder inside the network's; PostgreSQL and Valkey are shared, its databases are its own."""

    def __init__(self, number: int, data_dir: Path, port: int) -> None:
        self.number = number
        self.place = PLACES[number]
        self.data_dir = data_dir / self.place.host
        self.port = port + number
        self.front = port + FRONTS + number
        self.token = ""
        self._shared = data_dir
        self._clerk: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        # A host of its own: browsers keep cookies by host, whatever the port.
        return f"http://{self.place.host}.localhost:{self.port}"

    @property
    def database(self) -> str:
        return f"foundry_{self.place.host}"

    @property
    def environment(self) -> dict[str, str]:
        redis = redis_database(addresses.redis_url(self._shared), self.number * REDIS_DATABASES)
        chosen = {name: os.environ[name] for name in ("FOUNDRY_STAGES",) if name in os.environ}
        own = bare_environment(
            os.environ,
            DATABASE_URL=addresses.database_url(self._shared, self.database),
            REDIS_URL=redis,
            FOUNDRY_DATA_DIR=str(self.data_dir),
            FOUNDRY_LAYER_PREFIX=f"network-{self.place.host}",
            FOUNDRY_URL=self.url,
            FOUNDRY_ALLOWED_HOSTS=f"{self.place.host}.localhost,localhost,127.0.0.1,[::1]",
            FOUNDRY_SITE_NAME=self.place.name,
            FOUNDRY_SITES_URL=f"ws://127.0.0.1:{self.front}",
            FOUNDRY_DEMO=str(self.number == 0),
            # Five sites share the connections of one PostgreSQL.
            FOUNDRY_READ_THREADS="2",
            FOUNDRY_WRITE_THREADS="2",
            FOUNDRY_REST_THREADS="4",
        )
        return {**chosen, **own}

    @cached_property
    def node(self) -> NodeProcess:
        node = NodeProcess(self.environment, self.log, command=(*TIED, str(self.data_dir)))
        node.port = self.port
        return node

    @property
    def log(self) -> Path:
        """What all of its processes say, which would drown what the launcher says on the terminal."""
        return self.data_dir / "site.log"

    @cached_property
    def worker(self) -> BackgroundProcess:
        """Its background jobs; a model's runs have no process here."""
        return BackgroundProcess(self.data_dir, environment=self.environment, log=self.log)

    def prepare(self) -> None:
        """Begin to make its tables and its people; `wait_until_prepared` waits for it."""
        self.data_dir.mkdir(mode=0o700, exist_ok=True)
        with self.log.open("ab") as log:
            self._clerk = subprocess.Popen(
                [sys.executable, "-P", "-m", "foundry_site.launcher.network_clerk", str(self.number)],
                cwd=BASE_DIR,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait_until_prepared(self) -> None:
        """Raises `LaunchError`, once the process has said in the log what is wrong."""
        assert self._clerk is not None
        assert self._clerk.stdout is not None
        line = self._clerk.stdout.readline()
        if not line:
            raise LaunchError(f"The site {self.place.name} could not be prepared: read {self.log}.")
        self.token = json.loads(line)["token"]

    def end_preparation(self) -> None:
        """Let the process that prepared it take its token back, and end; at once where it is not done yet."""
        if self._clerk is not None:
            if not self.token:
                self._clerk.terminate()
            self._clerk.communicate()
            self._clerk = None

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What the site answers its administrator while it is prepared; None where there is nothing to read.

        Raises `LaunchError`.
        """
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with _opener.open(request, timeout=REQUEST_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            if refusal.code == 404 and method == "GET":
                return None
            words = json.load(refusal).get("detail", refusal.reason)
            raise LaunchError(f"{self.place.name} answers {refusal.code} to {path}: {words}") from None
        except OSError as error:
            raise LaunchError(f"{self.place.name} does not answer: {error}") from None
