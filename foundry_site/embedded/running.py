"""The embedded services for as long as something needs them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from foundry_site.embedded import postgres, valkey


@contextmanager
def embedded_services(
    data_dir: Path, *, with_postgres: bool, with_valkey: bool, durable: bool = True
) -> Iterator[None]:
    """Start what is asked for and stop it at the end, in whatever way that comes.

    The caller holds the data folder (``DataFolderLock``). With ``durable`` false Postgres does not wait for the disk.

    Raises:
        EmbeddedServiceError: one could not be started or stopped.
    """
    with ExitStack() as started:
        # In a thread, which no signal interrupts: a start is not cut in half, where a server might be on its way
        # that cannot be found yet. Leaving the executor waits for it, and then what was started is stopped.
        with ThreadPoolExecutor(1) as starter:
            if with_postgres:
                started.callback(postgres.stop, data_dir)
                starter.submit(postgres.start, data_dir, durable=durable).result()
            if with_valkey:
                started.callback(valkey.stop, data_dir)
                starter.submit(valkey.start, data_dir).result()
        yield
