from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from foundry_site.embedded.errors import EmbeddedServiceError
from foundry_site.embedded.folder_lock import DataFolderBusyError, DataFolderLock
from foundry_site.environment import BASE_DIR

HOLD = """
import sys, time
from pathlib import Path
from foundry_site.embedded.folder_lock import DataFolderLock
with DataFolderLock(Path(sys.argv[1])) as lock:
    lock.describe(url="http://localhost:8123/")
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_one_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    with DataFolderLock(tmp_path) as lock:
        lock.describe(url="http://localhost:8000/")
        with pytest.raises(DataFolderBusyError) as refused:
            DataFolderLock(tmp_path).acquire()
    assert str(refused.value) == (
        f"Foundry already runs on {tmp_path} at http://localhost:8000/ (process {os.getpid()})."
    )


def test_it_is_free_after_its_holder(tmp_path: Path) -> None:
    for _ in range(2):
        with DataFolderLock(tmp_path):
            pass


def test_it_is_free_after_a_killed_holder(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DataFolderBusyError):
            DataFolderLock(tmp_path).acquire()
        holder.kill()
        holder.wait()
    with DataFolderLock(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedServiceError, match="cannot be used: Not a directory"):
        DataFolderLock(tmp_path / "file" / "data").acquire()
