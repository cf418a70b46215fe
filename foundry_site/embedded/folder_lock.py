"""Allows one Foundry per data folder: a lock that the kernel releases however its holder ends."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from foundry_site.embedded.errors import EmbeddedServiceError

LOCK_NAME = "foundry.lock"


class DataFolderBusyError(EmbeddedServiceError):
    """Another process holds the data folder; ``holder`` is the information that it wrote."""

    def __init__(self, data_dir: Path, holder: dict[str, object]) -> None:
        self.holder = holder
        where = f" at {holder['url']}" if "url" in holder else ""
        process = f" (process {holder['pid']})" if "pid" in holder else ""
        super().__init__(f"Foundry already runs on {data_dir}{where}{process}.")


@dataclass(slots=True)
class DataFolderLock:
    """Holds a data folder for this process. Use as a context manager.

    The file has information about the holder, which a second run shows. Children do not inherit its descriptor, so an
    orphaned Postgres does not keep the folder locked.
    """

    data_dir: Path
    _descriptor: int | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Lock the folder; make it if it does not exist.

        Raises:
            DataFolderBusyError: another process has it.
            EmbeddedServiceError: the folder cannot be made or written.
        """
        try:
            # As root, PostgreSQL's own user has to enter it; secret files in it have restricted modes.
            self.data_dir.mkdir(mode=0o755 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EmbeddedServiceError(f"The data folder {self.data_dir} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read(descriptor)
            os.close(descriptor)
            raise DataFolderBusyError(self.data_dir, holder) from None
        self._descriptor = descriptor
        self.describe()

    def describe(self, **facts: object) -> None:
        """Write the information that a second run shows about this one, such as its ``url``."""
        if self._descriptor is None:
            return
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps({"pid": os.getpid(), **facts}).encode(), 0)

    def release(self) -> None:
        """Release the folder; does nothing if it is not held."""
        if self._descriptor is None:
            return
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None


def _read(descriptor: int) -> dict[str, object]:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return {}
    return holder if isinstance(holder, dict) else {}
