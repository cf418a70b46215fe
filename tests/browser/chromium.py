"""The Chromium of a process of the tests: one, for all of its files."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from foundry_site.launcher.chromium import find_chromium

# As root Chromium has no sandbox of its own. A context's pages share a process (`contexts.py`), as the pages of a site
# do where memory is short. The others keep it from calling home.
FLAGS = (
    "--no-sandbox",
    "--renderer-process-limit=1",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Chromium:
    """Playwright, and the browser that it drives.

    The event loop of Playwright's sync API pauses between calls, and still counts as the one that runs in this thread:
    the ORM refuses to work there, and no other loop can start. So it counts while a file's tests drive the browser
    (`driven`), and not in the tests of other files, which may come in between.
    """

    def __init__(self) -> None:
        self._playwright = sync_playwright().start()
        self._loop = asyncio.get_running_loop()
        self._hooks = sys.get_asyncgen_hooks()
        self._browser: Browser | None = None
        self._pause()

    @contextmanager
    def driven(self) -> Iterator[Browser]:
        """The browser; another one, if the last one has ended."""
        with self._resumed():
            if self._browser is None or not self._browser.is_connected():
                self._browser = self._launch()
            yield self._browser

    @contextmanager
    def another(self, *, ignored: Sequence[str]) -> Iterator[Browser]:
        """A browser of its own, without some of the flags that Playwright gives it."""
        with self._resumed(), self._launch(ignored) as browser:
            yield browser

    def stop(self) -> None:
        with self._resumed():
            if self._browser is not None:
                self._browser.close()
            self._playwright.stop()

    def _launch(self, ignored: Sequence[str] = ()) -> Browser:
        return self._playwright.chromium.launch(
            executable_path=find_chromium(), args=list(FLAGS), ignore_default_args=list(ignored)
        )

    @contextmanager
    def _resumed(self) -> Iterator[None]:
        asyncio._set_running_loop(self._loop)
        sys.set_asyncgen_hooks(*self._hooks)
        try:
            yield
        finally:
            self._pause()

    def _pause(self) -> None:
        asyncio._set_running_loop(None)
        sys.set_asyncgen_hooks(None, None)
