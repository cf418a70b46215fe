"""Where pieces lie outside of PostgreSQL: a folder, or a storage that speaks S3 (`FOUNDRY_FILES_URL`).

Each piece is written once, under a name that is never used again, because no storage refuses to overwrite a name. What
has no row is no piece: what a try that failed has left is removed with its upload (`services.remove_pieces`).
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings


class StorageError(OSError):
    """A piece cannot be written or read."""


class PieceStorage(Protocol):
    """Reads and writes pieces by name; a name is `folder/name`. Every method may raise `StorageError`."""

    def write(self, name: str, data: bytes) -> None:
        """Store a piece durably. The name must be new."""

    def read(self, name: str, start: int, size: int) -> bytes:
        """Some bytes of a piece; fewer than `size` where it ends before."""

    def remove(self, name: str) -> None:
        """Remove a piece; none of this name is no error."""

    def names(self, folder: str) -> Iterator[str]:
        """The names of the pieces in a folder."""


class FolderStorage:
    """A folder that all nodes and the worker share, such as a mounted disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, data: bytes) -> None:
        path = self.root / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            # Otherwise the names themselves may be lost with the power.
            for folder in (path.parent, self.root):
                _sync_folder(folder)
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}") from error

    def read(self, name: str, start: int, size: int) -> bytes:
        try:
            with (self.root / name).open("rb") as file:
                file.seek(start)
                return file.read(size)
        except OSError as error:
            raise StorageError(f"{self.root / name} cannot be read: {error.strerror}") from error

    def remove(self, name: str) -> None:
        path = self.root / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"{path} cannot be removed: {error.strerror}") from error
        # Not empty, or gone already.
        with suppress(OSError):
            path.parent.rmdir()

    def names(self, folder: str) -> Iterator[str]:
        try:
            yield from sorted(f"{folder}/{path.name}" for path in (self.root / folder).iterdir())
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(f"{self.root / folder} cannot be listed: {error.strerror}") from error


class S3Storage:
    """A bucket, through django-storages; credentials come from where boto3 looks for them."""

    def __init__(self, bucket: str, prefix: str, options: dict[str, str]) -> None:
        # An optional dependency: botocore alone has 32 MB.
        from storages.backends.s3 import S3Storage as Backend  # type: ignore[import-not-found]

        self._bucket: Any = Backend(bucket_name=bucket, **options).bucket
        self._prefix = f"{prefix}/" if prefix else ""

    def write(self, name: str, data: bytes) -> None:
        with _as_storage_error(name):
            self._bucket.Object(self._prefix + name).put(Body=data, ContentType="application/octet-stream")

    def read(self, name: str, start: int, size: int) -> bytes:
        with _as_storage_error(name):
            asked = self._bucket.Object(self._prefix + name).get(Range=f"bytes={start}-{start + size - 1}")
            data: bytes = asked["Body"].read()
            return data

    def remove(self, name: str) -> None:
        with _as_storage_error(name):
            self._bucket.Object(self._prefix + name).delete()

    def names(self, folder: str) -> Iterator[str]:
        with _as_storage_error(folder):
            found = [each.key for each in self._bucket.objects.filter(Prefix=f"{self._prefix}{folder}/")]
        yield from (key.removeprefix(self._prefix) for key in found)


@functools.cache
def storage_at(url: str) -> PieceStorage:
    """The storage of an address: `file:///srv/files`, or `s3://bucket/prefix?endpoint_url=…&region_name=…`."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderStorage(Path(parts.path))
    return S3Storage(parts.netloc, parts.path.strip("/"), dict(parse_qsl(parts.query)))


def current_storage() -> PieceStorage | None:
    """Where new pieces go; None for PostgreSQL."""
    url: str = settings.FOUNDRY_FILES_URL
    return storage_at(url) if url else None


def storage_of_places() -> PieceStorage:
    """Where the pieces lie that are not in PostgreSQL. Raises `StorageError` if no storage is configured."""
    found = current_storage()
    if found is None:
        raise StorageError("pieces lie outside of PostgreSQL, and FOUNDRY_FILES_URL does not say where")
    return found


@contextmanager
def _as_storage_error(name: str) -> Iterator[None]:
    """Turn whatever boto3 raises into a `StorageError`."""
    try:
        yield
    except Exception as error:
        raise StorageError(f"the storage of files failed for {name}: {error}") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
