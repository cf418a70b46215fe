"""Prints the address, the demo accounts and the next steps once Foundry can be used."""

from __future__ import annotations

import shlex
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from foundry_site.demo import sign_in_file
from foundry_site.environment import BASE_DIR
from foundry_site.launcher.console import say
from foundry_site.launcher.options import RunOptions

READY_SECONDS = 60

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def announce_when_ready(options: RunOptions, url: str, *, with_demo: bool) -> None:
    """Print the announcement as soon as ``/readyz`` answers; returns at once."""
    threading.Thread(target=_announce, args=(options, url, with_demo), daemon=True, name="announcement").start()


def _announce(options: RunOptions, url: str, with_demo: bool) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(f"http://127.0.0.1:{options.port}/readyz"):
        if time.monotonic() > deadline:
            say(f"  The server does not answer at {url}")
            return
        time.sleep(0.05)
    say(f"\nFoundry is ready at {url}\n")
    say(_demo_text(options.data_dir) if with_demo else _first_administrator(options))
    say("\nStop with Ctrl-C.")


def is_ready(address: str) -> bool:
    """Whether a server of this machine answers at an address."""
    try:
        # Without a proxy, which the environment may name for other addresses.
        with _opener.open(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _demo_text(data_dir: Path) -> str:
    demo = sign_in_file.read(data_dir)
    rows = [("role", "user name", "password")]
    rows += (
        [(account["role"], account["username"], account["password"]) for account in demo["accounts"]] if demo else []
    )
    lines = [f"  {role:<10} {username:<10} {password}" for role, username, password in rows]
    note = f"Also in {data_dir / sign_in_file.NAME}. Without demo accounts: ./script/run --no-demo --data ANOTHER_DIR"
    return "\n".join([*lines, "", note])


def _first_administrator(options: RunOptions) -> str:
    data = (
        "" if options.data_dir == BASE_DIR / ".foundry" else f"FOUNDRY_DATA_DIR={shlex.quote(str(options.data_dir))} "
    )
    return (
        "Make the first administrator, in another terminal:\n"
        f"  {data}.venv/bin/python manage.py create_account NAME --administrator"
    )
