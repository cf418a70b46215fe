"""A page of a Chromium that is driven without Playwright, which takes the death of a frame's process for the page's."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from foundry_site.launcher.chromium import find_chromium
from tests.browser.chromium import FLAGS
from tests.patience import PATIENCE

# Bytes.
MAX_MESSAGE = 64 << 20


class RawPage:
    """A page by the protocol of Chromium's developer tools."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._last = 0

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to a command."""
        self._last += 1
        self._connection.send(json.dumps({"id": self._last, "method": method, "params": parameters}))
        while True:
            message: dict[str, Any] = json.loads(self._connection.recv(timeout=PATIENCE * 2))
            if message.get("id") == self._last:
                assert "result" in message, message
                return message["result"]  # type: ignore[no-any-return]

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, or of its promise."""
        found = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + PATIENCE
        while self.evaluate(expression) is not True:
            assert time.monotonic() < deadline, f"never true: {expression}"
            time.sleep(0.05)


@contextmanager
def raw_page(folder: Path, *flags: str) -> Iterator[RawPage]:
    """An empty page in a Chromium of its own, which keeps its profile in `folder`."""
    chromium = find_chromium()
    assert chromium is not None
    options = ("--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}", *flags, "about:blank")
    silent: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([chromium, *FLAGS, *options], **silent) as browser:
        try:
            port = _port(folder / "DevToolsActivePort")
            request = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
            with urllib.request.urlopen(request) as answer:
                address = json.load(answer)["webSocketDebuggerUrl"]
            with connect(address, max_size=MAX_MESSAGE) as connection:
                yield RawPage(connection)
        finally:
            browser.terminate()


def _port(file: Path) -> int:
    deadline = time.monotonic() + PATIENCE
    while not (file.exists() and file.read_text().strip()):
        assert time.monotonic() < deadline, "Chromium did not start."
        time.sleep(0.05)
    return int(file.read_text().split()[0])
