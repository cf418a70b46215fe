"""Runs the embedded services inside a context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from foundry_site.embedded import postgres, valkey


@contextmanager
def embedded_services(
    data_dir: Path, *, with_postgres: bool, with_valkey: bool, durable: bool = True
) -> Iterator[None]:
    """Start the given services, and stop them at the end, also after an error.

    The caller holds the data folder (``DataFolderLock``). With ``durable`` false Postgres does not wait for the disk.

    Raises:
        EmbeddedServiceError: one could not be started or stopped.
    """
    with ExitStack() as started:
        # Registered first, because a start that fails may leave something to stop.
        if with_postgres:
            started.callback(postgres.stop, data_dir)
            postgres.start(data_dir, durable=durable)
        if with_valkey:
            started.callback(valkey.stop, data_dir)
            valkey.start(data_dir)
        yield
