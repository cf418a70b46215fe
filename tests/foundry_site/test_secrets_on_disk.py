from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from foundry_site.secrets_on_disk import read_or_make_secret


def test_it_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    key = read_or_make_secret(tmp_path / "new", "secret_key")
    assert len(key) >= 64
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert read_or_make_secret(tmp_path / "new", "secret_key") == key


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_or_make_secret(tmp_path, "secret_key"), range(8)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
