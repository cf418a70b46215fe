"""The doctor finds what is broken, and says what to do about what is wrong."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as site
from django.utils import timezone
from django_redis import get_redis_connection
from pytest_django import Settings

from accounts.callers import foundry_caller
from accounts.models import User
from audit.chain_verification.services import record_verifications
from audit.checkpoints.services import make_checkpoint
from audit.models import ChainVerification, Event
from foundry_site.doctor import background, node, outgoing, postgres, redis_server
from foundry_site.doctor.examination import examine
from foundry_site.environment import read_environment
from kernel.doctor import Level
from tests.foundry_site.findings import run_sql, the
from tests.patience import COMMAND_PATIENCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def config() -> Iterator[Callable[[str, str], None]]:
    """Set something of the Redis server, and put it back."""
    server = get_redis_connection("locks")
    before: dict[str, str] = {}

    def change(name: str, value: str) -> None:
        before[name] = server.config_get(name)[name]
        server.config_set(name, value)

    yield change
    for name, value in before.items():
        server.config_set(name, value)


def test_a_healthy_database_is_well() -> None:
    told = {finding.subject: finding for finding in postgres.examine(1)}
    assert {name for name, finding in told.items() if finding.level is not Level.OK} <= {
        # The tests' own database is allowed to forget, and its minor version is the one that its package brings.
        *("PostgreSQL", "fsync", "full_page_writes", "synchronous_commit", "PostgreSQL distance"),
    }
    assert "all applied" in told["Migrations"].text


def test_a_database_that_forgets_is_bad() -> None:
    told = {finding.subject: finding.level for finding in postgres.examine(1)}
    assert (told["fsync"], told["synchronous_commit"]) == (Level.BAD, Level.BAD)


def test_a_missing_migration_is_named() -> None:
    run_sql("DELETE FROM django_migrations WHERE app = 'audit'")
    found = the(lambda: postgres.examine(1), "Migrations")
    assert found.level is Level.BAD
    assert "audit.0001_initial" in found.text


def test_more_nodes_than_connections_are_bad() -> None:
    assert the(lambda: postgres.examine(2), "Connections").level is Level.OK
    crowded = the(lambda: postgres.examine(50), "Connections")
    assert crowded.level is Level.BAD
    assert "max_connections" in crowded.remedy


@pytest.mark.parametrize(("apart", "level"), [(0.0, Level.OK), (-5.0, Level.WARN), (600.0, Level.BAD)])
def test_clocks_that_disagree_are_told(apart: float, level: Level) -> None:
    assert postgres.clock("PostgreSQL", lambda: time.time() + apart).level is level


def test_a_service_far_away_is_told() -> None:
    assert postgres.distance("Redis", lambda: time.sleep(0.01)).level is Level.WARN


def test_a_healthy_redis_is_well() -> None:
    levels = {finding.subject: finding.level for finding in redis_server.examine()}
    assert {levels[name] for name in ("Redis", "Redis eviction", "Redis persistence", "Redis clock")} == {Level.OK}


def test_an_evicting_redis_is_bad(config: Callable[[str, str], None]) -> None:
    config("maxmemory-policy", "allkeys-lru")
    assert the(redis_server.examine, "Redis eviction").level is Level.BAD


def test_a_full_redis_is_told(config: Callable[[str, str], None]) -> None:
    used = int(get_redis_connection("locks").info("memory")["used_memory"])
    config("maxmemory", str(used + used // 20))
    assert the(redis_server.examine, "Redis memory").level is Level.WARN


def test_other_keys_among_the_locks_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of many keys, it looks at some: here, at all that other tests have left. It names one, maybe another test's.
    monkeypatch.setattr(redis_server, "LOOKED_AT", 1_000_000)
    get_redis_connection("locks").set("strange", "1", px=60_000)
    try:
        assert "holds other keys" in the(redis_server.examine, "Redis databases").text
    finally:
        get_redis_connection("locks").delete("strange")


def test_one_database_for_locks_and_cache_is_bad(settings: Settings) -> None:
    settings.CACHES = {**site.CACHES, "default": site.CACHES["locks"]}
    assert the(redis_server.examine, "Redis databases").level is Level.BAD


def test_a_redis_that_is_away_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_alias: str) -> redis.Redis:
        raise redis.ConnectionError("refused")

    monkeypatch.setattr(redis_server, "get_redis_connection", away)
    assert [(each.level, each.text) for each in examine() if each.subject == "Redis"] == [
        (Level.BAD, "cannot be looked at: refused")
    ]


def test_a_missing_worker_is_bad() -> None:
    assert the(background.examine, "Worker").level is Level.BAD
    run_sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert the(background.examine, "Worker").level is Level.OK
    run_sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'")
    assert the(background.examine, "Worker").level is Level.BAD


def test_a_checkpoint_that_is_late_is_bad(
    owner: User, make_user: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_checkpoint(caller=foundry_caller("job"))
    assert the(background.examine, "Checkpoint").level is Level.OK
    assert Event.objects.filter(target_id=str(owner.id)).exists()
    monkeypatch.setattr(background, "_due_before", lambda *_: timezone.now() + timedelta(minutes=1))
    assert the(background.examine, "Checkpoint").level is Level.OK
    # A test is one transaction, but events and checkpoints have the time of the clock.
    make_user("late")
    finding = the(background.examine, "Checkpoint")
    assert (finding.level, "events are in none, the oldest of" in finding.text) == (Level.BAD, True)


def test_each_periodic_job_tells_its_last_run() -> None:
    assert the(background.examine, "Job seal_checkpoint").text == "never run"
    now = int(timezone.now().timestamp())
    run_sql(
        "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp)"
        f" VALUES ('audit.jobs.seal_checkpoint', {now})"
    )
    finding = the(background.examine, "Job seal_checkpoint")
    assert (finding.level, finding.text.endswith(", done")) == (Level.OK, True)
    run_sql("UPDATE procrastinate_periodic_defers SET defer_timestamp = defer_timestamp - 86400")
    assert the(background.examine, "Job seal_checkpoint").level is Level.WARN


def test_an_authority_that_does_not_answer_is_bad(settings: Settings, tmp_path: Path) -> None:
    assert the(background.examine, "Time stamps").level is Level.OK
    settings.FOUNDRY_TIMESTAMP_URL = "http://127.0.0.1:9/tsr"
    settings.FOUNDRY_TIMESTAMP_ROOTS = str(tmp_path / "none.pem")
    assert "FOUNDRY_TIMESTAMP_ROOTS" in the(background.examine, "Time stamps").text
    assert "has no TLS" in the(outgoing.examine, "FOUNDRY_TIMESTAMP_URL").text
    settings.FOUNDRY_OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.FOUNDRY_TIMESTAMP_URL = f"http://127.0.0.1:{server.getsockname()[1]}/tsr"
        assert the(outgoing.examine, "FOUNDRY_TIMESTAMP_URL").level is Level.OK
    finding = the(outgoing.examine, "FOUNDRY_TIMESTAMP_URL")
    assert (finding.level, "refused" in finding.text) == (Level.BAD, True)


def test_a_broken_or_old_walk_along_the_chains_is_told() -> None:
    ChainVerification.objects.all().delete()
    assert the(background.examine, "Audit trail").level is Level.WARN
    record_verifications(["site"])
    assert the(background.examine, "Audit trail").level is Level.OK
    verification = ChainVerification.objects.get()
    verification.verified_at = timezone.now() - timedelta(days=3)
    verification.set_seal()
    verification.save()
    assert the(background.examine, "Audit trail").level is Level.WARN
    verification.fault = "site#7: was changed"
    verification.set_seal()
    verification.save()
    assert "site#7" in the(background.examine, "Audit trail").text


def test_this_node_is_looked_at(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert the(node.examine, "Host names").level is Level.BAD
    settings.DEBUG = True
    assert the(node.examine, "Debug pages").level is Level.BAD
    settings.BASE_DIR = tmp_path
    assert the(node.examine, "Browser files").level is Level.BAD
    monkeypatch.setattr(node, "MIN_FREE_BYTES", 2**60)
    assert the(node.examine, "Disk").level is Level.BAD


def test_a_mail_server_that_is_away_is_bad(settings: Settings) -> None:
    assert the(node.examine, "Mail").level is Level.OK
    settings.ENVIRONMENT = read_environment(
        {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": "9", "FOUNDRY_URL": "http://localhost:8000"}
    )
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    found = the(node.examine, "Mail")
    assert (found.level, "EMAIL_HOST" in found.remedy) == (Level.BAD, True)


def test_the_command_says_so_and_ends_with_1(process_environment: dict[str, str], tmp_path: Path) -> None:
    environment = {**os.environ, **process_environment, "FOUNDRY_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "doctor"]
    facts: dict[str, Any] = {"cwd": site.BASE_DIR, "env": environment, "capture_output": True, "text": True}
    told = subprocess.run(command, check=False, timeout=COMMAND_PATIENCE, **facts)
    assert told.returncode == 1, told.stderr
    assert "bad   fsync: off\n      Set fsync = on" in told.stdout
    assert "Traceback" not in told.stderr
    lines = subprocess.run([*command, "--json"], check=False, timeout=COMMAND_PATIENCE, **facts).stdout.splitlines()
    assert {"level", "subject", "text", "remedy"} == json.loads(lines[0]).keys()


def test_an_old_minor_version_of_postgres_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    minor = postgres.newest_minor(18)
    assert minor is not None
    assert postgres.newest_minor(17) == minor + 6
    monkeypatch.setattr(postgres, "one", lambda sql: 180000 + minor if "version_num" in sql else None)
    assert next(postgres.examine(1)).level is Level.OK
    monkeypatch.setattr(postgres, "one", lambda sql: 179999 - 9999 + minor if "version_num" in sql else None)
    assert next(postgres.examine(1)).level is Level.WARN
    monkeypatch.setattr(postgres, "one", lambda sql: 180000 + minor - 1 if "version_num" in sql else None)
    finding = next(postgres.examine(1))
    assert (finding.level, f"18.{minor}" in finding.remedy) == (Level.WARN, True)
