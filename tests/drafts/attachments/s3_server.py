"""An S3 server of its own in a process, over the loopback; it forgets everything when it ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from foundry_site.environment import BASE_DIR
from tests.patience import PATIENCE

BUCKET = "kept"
REGION = "eu-central-1"


@contextmanager
def s3_server(port: int) -> Iterator[str]:
    """The address of a server with an empty bucket."""
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(f"{address}/moto-api/", server)
            made = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
            bucket_at(address).create(**made)
            yield address
        finally:
            server.kill()


def bucket_at(address: str) -> Any:
    """The bucket, as boto3 has it."""
    import boto3  # type: ignore[import-not-found]

    return boto3.resource("s3", endpoint_url=address, region_name=REGION).Bucket(BUCKET)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        assert server.poll() is None, "the server has ended"
        assert time.monotonic() < deadline, "the server does not answer"
        try:
            with urlopen(address, timeout=PATIENCE):
                return
        except URLError:
            time.sleep(0.05)
