"""Real PostgreSQL and Valkey for the tests.

``DATABASE_URL`` and ``REDIS_URL`` each replace the embedded service, as they do outside tests. Otherwise a run takes
the first free of ``.foundry/test/1``, ``2``, …, so that several people can test one checkout at once; the folders are
kept, because making a cluster takes longer than starting one. With pytest-xdist the controller starts the services and
its workers inherit where they are.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from foundry_site.connections import redis_database
from foundry_site.embedded import addresses, postgres, valkey
from foundry_site.embedded.folder_lock import DataFolderBusyError, DataFolderLock
from foundry_site.environment import BASE_DIR
from foundry_site.stages import available_stages

TEST_FOLDER = BASE_DIR / ".foundry" / "test"
# A worker's locks and its cache (settings.CACHES).
DATABASES_PER_WORKER = 2


def worker() -> int | None:
    """The number of this pytest-xdist worker; None in the controller and without xdist."""
    name = os.environ.get("PYTEST_XDIST_WORKER")
    return int(name.removeprefix("gw")) if name else None


@dataclass
class TestServices:
    """The services of one test run, as environment variables for settings and for child processes."""

    __test__ = False

    lock: DataFolderLock | None = field(default=None, init=False)
    data_dir: Path | None = field(default=None, init=False)
    started: bool = field(default=False, init=False)

    def choose(self) -> None:
        """Say in the environment which services this process uses. Nothing is started yet."""
        # All stages, and the one that only tests know; `FOUNDRY_STAGES=` runs the trunk's tests without any.
        os.environ.setdefault("FOUNDRY_STAGES", ",".join([*available_stages(), "tests.sample_stage"]))
        number = worker()
        if number is None:
            self._take_folder()
            os.environ.setdefault("DATABASE_URL", addresses.database_url(self._folder()))
            os.environ.setdefault("REDIS_URL", addresses.redis_url(self._folder()))
        else:
            os.environ["REDIS_URL"] = redis_database(os.environ["REDIS_URL"], number * DATABASES_PER_WORKER)
        # Redis's pub/sub knows no databases: neither workers nor runs may hear each other.
        os.environ["FOUNDRY_LAYER_PREFIX"] = f"test-{os.getpid()}"

    def start(self) -> None:
        """Start what the environment did not bring; only in the process that chose the folder."""
        if self.data_dir is None or self.started:
            return
        self.started = True
        if os.environ["DATABASE_URL"] == addresses.database_url(self.data_dir):
            postgres.start(self.data_dir, durable=False)
        if os.environ["REDIS_URL"] == addresses.redis_url(self.data_dir):
            valkey.start(self.data_dir)

    def stop(self) -> None:
        """Stop what ``start`` started and free the folder."""
        if self.data_dir is None or self.lock is None:
            return
        if self.started:
            postgres.stop(self.data_dir)
            valkey.stop(self.data_dir)
            self.started = False
        self.lock.release()

    def _folder(self) -> Path:
        if self.data_dir is None:
            raise RuntimeError("no folder was taken")
        return self.data_dir

    def _take_folder(self) -> None:
        for number in count(1):
            lock = DataFolderLock(TEST_FOLDER / str(number))
            try:
                lock.acquire()
            except DataFolderBusyError:
                continue
            self.lock, self.data_dir = lock, lock.data_dir
            os.environ["FOUNDRY_DATA_DIR"] = str(lock.data_dir)
            return


SERVICES = TestServices()
