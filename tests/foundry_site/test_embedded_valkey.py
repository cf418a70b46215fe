from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest
import redis

from foundry_site.embedded import addresses, valkey
from tests.patience import have_ended


def client(data_dir: Path) -> redis.Redis:
    return redis.Redis.from_url(addresses.redis_url(data_dir))


def process(data_dir: Path) -> psutil.Process:
    return psutil.Process(int((data_dir / "valkey" / "valkey.pid").read_text()))


def test_it_never_evicts_a_lock(data_dir: Path) -> None:
    valkey.start(data_dir)
    with client(data_dir) as connection:
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_it_is_nobodys_but_its_owners(data_dir: Path) -> None:
    valkey.start(data_dir)
    assert addresses.valkey_socket(data_dir).stat().st_mode & 0o077 == 0
    assert not [one for one in process(data_dir).net_connections("inet") if one.status == psutil.CONN_LISTEN]


def test_one_left_over_by_a_killed_run_is_replaced(data_dir: Path) -> None:
    valkey.start(data_dir)
    with client(data_dir) as connection:
        connection.set("from", "before")
    valkey.start(data_dir)
    with client(data_dir) as connection:
        assert connection.get("from") is None


def test_one_that_does_not_listen_to_reason_is_killed(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "STOP_SECONDS", 0.1)
    valkey.start(data_dir)
    stuck = process(data_dir)
    os.kill(stuck.pid, signal.SIGSTOP)
    valkey.stop(data_dir)
    assert have_ended([stuck])


def test_a_process_that_has_the_old_number_is_spared(data_dir: Path) -> None:
    (data_dir / "valkey").mkdir()
    (data_dir / "valkey" / "valkey.pid").write_text(f"{os.getpid()}\n")
    valkey.stop(data_dir)
    assert psutil.Process().is_running()
