"""Finds the system's Chromium for the browser tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from foundry_site.environment import BASE_DIR
from foundry_site.launcher.console import print_error, step
from foundry_site.launcher.processes import ProgramError, run_quietly

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The Chromium that ``FOUNDRY_CHROMIUM`` names, or the first on PATH; None if there is none."""
    chosen = os.environ.get("FOUNDRY_CHROMIUM")
    return next((path for path in map(shutil.which, (chosen,) if chosen else NAMES) if path), None)


def ensure_chromium() -> bool:
    """Whether there is a Chromium. As root on Debian, installs it if it is missing."""
    if find_chromium() is None and _may_install():
        with step("Chromium, for the browser tests") as current:
            try:
                _install()
            except (ProgramError, OSError) as error:
                current.note("could not be installed")
                print_error(error.last_line("E:") if isinstance(error, ProgramError) else str(error))
    return find_chromium() is not None


def _may_install() -> bool:
    if os.environ.get("FOUNDRY_CHROMIUM"):
        return False
    release = Path("/etc/os-release")
    debian = release.exists() and "ID=debian" in release.read_text(encoding="utf-8").splitlines()
    return os.geteuid() == 0 and debian and shutil.which("apt-get") is not None


def _install() -> None:
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run_quietly(["apt-get", "update"], cwd=BASE_DIR, environment=quiet)
    run_quietly(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"], cwd=BASE_DIR, environment=quiet)
