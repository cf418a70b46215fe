"""Finds the system's Chromium for the browser tests: the headless shell, which takes half the time, or the browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from foundry_site.environment import BASE_DIR
from foundry_site.launcher.console import print_error, step
from foundry_site.launcher.processes import ProgramError, run_quietly

HEADLESS_SHELL = "chromium-headless-shell"
NAMES = (HEADLESS_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The Chromium that ``FOUNDRY_CHROMIUM`` names, or the first on PATH; None if there is none."""
    chosen = os.environ.get("FOUNDRY_CHROMIUM")
    return next((path for path in map(shutil.which, (chosen,) if chosen else NAMES) if path), None)


def ensure_chromium(*, wants_shell: bool = False) -> bool:
    """Whether there is a Chromium.

    As root on Debian, installs the headless shell if there is none, or if ``wants_shell`` and there is only a browser.
    """
    found = shutil.which(HEADLESS_SHELL) if wants_shell else find_chromium()
    if found is None and _may_install():
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
    install = ["apt-get", "install", "--yes", "--no-install-recommends", HEADLESS_SHELL]
    for command in (["apt-get", "update"], install):
        run_quietly(command, cwd=BASE_DIR, environment=quiet)
