"""What the faults happen to: a durable Postgres and a Valkey of their own, which the tests break and restart."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

from foundry_site.embedded import addresses, postgres, valkey
from foundry_site.environment import BASE_DIR
from foundry_site.launcher.nodes import MANAGE, bare_environment
from tests import databases
from tests.copies import dumped, fill
from tests.patience import COMMAND_PATIENCE, PATIENCE

# Seconds. Short, so that a test can wait for a lock to run out.
TTL = 3
GRACE = 1


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account and a token."""

    id: str
    username: str
    token: str


@dataclass(frozen=True, slots=True)
class SavedText:
    """One field's text in one version, as it stands in the database."""

    version: int
    field: str
    text: str


class FaultCluster:
    """The services in a folder, and the people with accounts there."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.people: list[Person] = []
        self.environment = bare_environment(
            os.environ,
            FOUNDRY_DATA_DIR=str(data_dir),
            # Those of the template: a node refuses tables of a stage that it lacks.
            FOUNDRY_STAGES=os.environ["FOUNDRY_STAGES"],
            FOUNDRY_LOCK_TTL=str(TTL),
            FOUNDRY_LOCK_GRACE=str(GRACE),
            FOUNDRY_SOCKET_RATE="100000",
            FOUNDRY_REST_RATE="0",
            FOUNDRY_PERSON_SOCKETS="0",
            FOUNDRY_ADDRESS_SOCKETS="0",
            FOUNDRY_ADDRESS_RATE="0",
            FOUNDRY_FILE_LIMIT="256",
            FOUNDRY_LOG_LEVEL="WARNING",
        )

    def prepare(self) -> None:
        """Start both services, copy the tables from the tests' template, and make the people."""
        postgres.start(self.data_dir)
        valkey.start(self.data_dir)
        # To migrate takes ten times as long.
        fill(addresses.database_url(self.data_dir), dumped(databases.address(databases.template())))
        made = json.loads(self.run(sys.executable, "-m", "tests.faults.people"))
        self.people = [Person(**person) for person in made]

    def stop(self) -> None:
        try:
            postgres.stop(self.data_dir)
        finally:
            valkey.stop(self.data_dir)

    def restart(self) -> None:
        """Start what a failed test has left stopped, so that its failure stays its own."""
        if not self.postgres_runs():
            self.start_postgres()
        if not self._redis_runs():
            self.start_redis()

    def run(self, *command: str) -> str:
        """Run a program on these services; what it says. Raises `AssertionError` where it fails."""
        done = subprocess.run(
            command,
            cwd=BASE_DIR,
            env=self.environment,
            timeout=COMMAND_PATIENCE,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def verify(self) -> None:
        """Let the product's own verifier look at every chain and record."""
        assert "Verified" in self.run(*MANAGE, "verify_audit")

    def stop_postgres(self) -> None:
        """Stop it as an operator does: open transactions are broken off."""
        postgres.stop(self.data_dir)

    def crash_postgres(self) -> None:
        """Let it die where it stands, without a checkpoint: the next start recovers from its log."""
        postmaster = self._postmaster()
        servers = [postmaster, *postmaster.children()]
        postmaster.send_signal(signal.SIGQUIT)
        deadline = time.monotonic() + PATIENCE
        while any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in servers):
            assert time.monotonic() < deadline, "Postgres did not die"
            time.sleep(0.02)

    def start_postgres(self) -> None:
        postgres.start(self.data_dir)

    def postgres_runs(self) -> bool:
        """Whether it is there at all, answering or not."""
        try:
            return self._postmaster().status() != psutil.STATUS_ZOMBIE
        except (OSError, psutil.Error):
            return False

    def move_log(self, place: Path) -> None:
        """Let Postgres write its log (WAL) at another place, such as a disk of its own."""
        log = addresses.service_folder(self.data_dir, "postgres") / "pg_wal"
        owner = log.stat()
        postgres.stop(self.data_dir)
        # The copy keeps the owner, where only Postgres's own user may read.
        subprocess.run(["cp", "-a", str(log), str(place)], check=True)
        shutil.rmtree(log)
        log.symlink_to(place)
        os.lchown(log, owner.st_uid, owner.st_gid)
        postgres.start(self.data_dir)

    def _postmaster(self) -> psutil.Process:
        pid_file = addresses.service_folder(self.data_dir, "postgres") / "postmaster.pid"
        return psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))

    def wipe_redis(self) -> None:
        """Make it forget everything."""
        with redis.Redis.from_url(addresses.redis_url(self.data_dir)) as client:
            client.flushall()

    def lock_lives(self, project_id: str, field: str) -> float:
        """The seconds for which a field stays locked if nobody renews it; negative where it is not."""
        with redis.Redis.from_url(addresses.redis_url(self.data_dir)) as client:
            milliseconds: int = client.pttl(f"lock:project:{project_id}:field:{field}")
            return milliseconds / 1000

    def _redis_runs(self) -> bool:
        with redis.Redis.from_url(addresses.redis_url(self.data_dir)) as client, suppress(redis.RedisError):
            return bool(client.ping())
        return False

    def stop_redis(self) -> None:
        valkey.stop(self.data_dir)

    def start_redis(self) -> None:
        valkey.start(self.data_dir)

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection past the product, to look."""
        with psycopg.connect(addresses.database_url(self.data_dir), autocommit=True) as connection:
            yield connection

    def versions(self, project_id: str) -> list[int]:
        """The numbers of all versions, in the order of their events."""
        query = """
            SELECT (canonical::jsonb -> 'data' ->> 'version')::int FROM audit_event
            WHERE chain = %s AND action = 'draft.saved' ORDER BY seq
        """
        with self.database() as connection:
            return [row[0] for row in connection.execute(query, [project_id])]

    def saved_texts(self, project_id: str) -> list[SavedText]:
        """Every text that a save brought, oldest version first."""
        query = """
            SELECT draft.version_number, changed.field, convert_from(blob.data, 'UTF8')
            FROM drafts_draft AS draft
            CROSS JOIN LATERAL unnest(draft.changed_fields) AS changed (field)
            JOIN blobs_blob AS blob ON blob.sha256 = CASE changed.field
                WHEN 'prompt_text' THEN draft.prompt_id
                ELSE draft.files -> substr(changed.field, 7) ->> 'sha256' END
            WHERE draft.project_id = %s
            ORDER BY draft.version_number, changed.field
        """
        with self.database() as connection:
            return [SavedText(*row) for row in connection.execute(query, [project_id])]
