from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import LiteralString

import psutil
import psycopg
import pytest

from foundry_site.embedded import addresses, postgres
from foundry_site.embedded.errors import EmbeddedServiceError


def postmaster(data_dir: Path) -> psutil.Process:
    return psutil.Process(int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0]))


def answer(data_dir: Path, query: LiteralString) -> object:
    with psycopg.connect(addresses.database_url(data_dir)) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def keep_one_row(data_dir: Path) -> None:
    with psycopg.connect(addresses.database_url(data_dir)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")


def test_it_keeps_what_was_committed_over_a_stop(data_dir: Path) -> None:
    postgres.start(data_dir)
    keep_one_row(data_dir)
    postgres.stop(data_dir)
    postgres.start(data_dir)
    assert answer(data_dir, "SELECT one FROM kept") == 1


def test_it_is_durable_unless_told_otherwise(data_dir: Path) -> None:
    postgres.start(data_dir)
    assert answer(data_dir, "SELECT current_setting('fsync') || current_setting('synchronous_commit')") == "onon"
    postgres.start(data_dir, durable=False)
    assert answer(data_dir, "SELECT current_setting('fsync')") == "off"


def test_foundry_is_no_superuser_there(data_dir: Path) -> None:
    postgres.start(data_dir, durable=False)
    assert answer(data_dir, "SELECT current_setting('is_superuser')") == "off"


def test_it_listens_on_no_network(data_dir: Path) -> None:
    postgres.start(data_dir, durable=False)
    assert not [one for one in postmaster(data_dir).net_connections("inet") if one.status == psutil.CONN_LISTEN]


def test_one_left_over_by_a_killed_run_is_replaced(data_dir: Path) -> None:
    postgres.start(data_dir, durable=False)
    first = postmaster(data_dir).pid
    postgres.start(data_dir, durable=False)
    assert postmaster(data_dir).pid != first
    assert answer(data_dir, "SELECT 1") == 1


def test_it_recovers_after_being_killed(data_dir: Path) -> None:
    postgres.start(data_dir)
    keep_one_row(data_dir)
    victim = postmaster(data_dir)
    group = [victim, *victim.children()]
    for process in group:
        os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(group, timeout=5)
    postgres.start(data_dir)
    assert answer(data_dir, "SELECT one FROM kept") == 1


def test_a_cluster_whose_making_was_killed_is_made_anew(data_dir: Path) -> None:
    unfinished = data_dir / "postgres.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    postgres.start(data_dir, durable=False)
    assert answer(data_dir, "SELECT 1") == 1
    assert not unfinished.exists()


def test_a_process_that_has_the_old_number_is_not_taken_for_it(data_dir: Path) -> None:
    postgres.start(data_dir, durable=False)
    pid_file = data_dir / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    postgres.stop(data_dir)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    postgres.start(data_dir, durable=False)
    assert answer(data_dir, "SELECT 1") == 1


def test_a_long_or_odd_data_folder_gets_a_short_socket(data_dir: Path) -> None:
    deep = data_dir / ("long " * 20) / "and, a comma"
    deep.mkdir(parents=True)
    try:
        postgres.start(deep, durable=False)
        folder = addresses.postgres_socket_folder(deep)
        assert folder.parent == Path("/tmp")
        assert folder.stat().st_mode & 0o077 == 0
        assert answer(deep, "SELECT 1") == 1
    finally:
        postgres.stop(deep)
    assert not folder.exists()


def test_a_folder_of_somebody_else_is_refused_in_one_line(data_dir: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    cluster = data_dir / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("18\n")
    os.chown(cluster, 65534, 65534)
    with pytest.raises(EmbeddedServiceError, match="was made by the user"):
        postgres.start(data_dir)
    (cluster / "PG_VERSION").unlink()
