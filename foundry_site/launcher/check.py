"""``script/check``: all checks, then all tests."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from foundry_site.environment import BASE_DIR
from foundry_site.launcher import frontend, refusals, templates
from foundry_site.launcher.console import LaunchError, print_error, say, step
from foundry_site.launcher.processes import ProgramError, run_quietly
from foundry_site.launcher.signals import Stopped, stopped_by_signals
from foundry_site.launcher.testing import run_tests

INTERRUPTED = 130
# A part of all tests, too.
FAULTS = "tests/faults"
# With the faults, they run without events of the file system, as on a network drive.
STATION_TESTS = "tests/station"
# Hypothesis marks its own; those that call it are marked by hand.
GENERATED = "hypothesis or generated"
STATION = BASE_DIR / "station"
SCHEMA = BASE_DIR / "docs" / "openapi.yaml"
BIN = Path(sys.executable).parent


def main(arguments: Sequence[str]) -> int:
    """Run all checks, even if some fail; 0 only if none did."""
    parser = argparse.ArgumentParser(prog="script/check", description="Everything that has to be clean.")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--no-tests", action="store_true", help="style, types, layers and drift only")
    only.add_argument(
        "--faults",
        action="store_true",
        help="only the faults: nodes killed, services broken, disks full, networks of sites, stations without events",
    )
    only.add_argument(
        "--controls", action="store_true", help="only this: take each control out, and see its tests fail"
    )
    only.add_argument(
        "--explore", action="store_true", help="only this: made-up examples, other ones than in the tests and many more"
    )
    options = parser.parse_args(arguments)
    try:
        with stopped_by_signals():
            if options.controls:
                return _take_controls_out()
            if options.explore:
                return _explore()
            if options.faults:
                os.environ["FOUNDRY_FAULTS"] = "1"
            failed = [] if options.faults else _failed_checks()
            if not options.no_tests and run_tests([FAULTS] if options.faults else []) != 0:
                failed.append("tests")
            if options.faults and _run_without_events() != 0:
                failed.append("tests of stations without events")
    except Stopped:
        return INTERRUPTED
    except LaunchError as error:
        print_error(str(error))
        return 1
    say(f"\nNot clean: {', '.join(failed)}" if failed else "\nAll clean.")
    return 1 if failed else 0


def _take_controls_out() -> int:
    """Check that the tests of each control fail without it; one run of pytest for each."""
    return subprocess.run([sys.executable, "-m", "tests.controls_out"], cwd=BASE_DIR, check=False).returncode


def _explore() -> int:
    """Run the generated tests with many more examples; failing ones are stored and tried first in the next run."""
    os.environ["FOUNDRY_EXPLORE"] = "1"
    return run_tests(["-m", GENERATED])


def _run_without_events() -> int:
    """Run the tests of stations with watching switched off: changes are found by looking only."""
    os.environ["FOUNDRY_STATION_SWEEP_ONLY"] = "1"
    return run_tests([STATION_TESTS])


def _failed_checks() -> list[str]:
    node = frontend.install_packages()
    checks = {
        **CHECKS,
        "Frontend types": _npm_script(node, "check"),
        "Frontend imports": _npm_script(node, "check:imports"),
        "Styles": _npm_script(node, "check:css"),
    }
    return [title for title, check in checks.items() if not _passes(title, check)]


def _passes(title: str, check: Callable[[], str]) -> bool:
    with step(title) as current:
        try:
            complaint = check()
        except ProgramError as error:
            complaint = error.output
        current.note("NOT CLEAN" if complaint else "clean")
    if complaint:
        say(complaint.rstrip())
    return not complaint


def _tool(*command: str) -> Callable[[], str]:
    """A check that is a program of the virtual environment; it complains by its exit status."""

    def check() -> str:
        run_quietly([str(BIN / command[0]), *command[1:]], cwd=BASE_DIR)
        return ""

    return check


def _manage(*arguments: str) -> None:
    # -W: these commands look at the database's migrations in passing, and warn that no database runs.
    run_quietly([sys.executable, "-W", "ignore", "manage.py", *arguments], cwd=BASE_DIR)


def _station_layers() -> str:
    """The package for workstations imports nothing of the server."""
    run_quietly([str(BIN / "lint-imports")], cwd=STATION, environment={"PYTHONPATH": str(STATION)})
    return ""


def _templates() -> str:
    run_quietly([str(BIN / "djangofmt"), "--check", "."], cwd=BASE_DIR)
    return "\n".join(templates.problems())


def _texts() -> str:
    return "\n".join(refusals.problems())


def _migrations() -> str:
    _manage("makemigrations", "--check", "--dry-run")
    return ""


def _api_description() -> str:
    """The committed description must be what the code describes now."""
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / SCHEMA.name
        _manage("spectacular", "--validate", "--fail-on-warn", "--file", str(described))
        if SCHEMA.exists() and SCHEMA.read_bytes() == described.read_bytes():
            return ""
    return f"{SCHEMA.relative_to(BASE_DIR)} is out of date: manage.py spectacular --file {SCHEMA.relative_to(BASE_DIR)}"


def _npm_script(node: frontend.NodeJs, name: str) -> Callable[[], str]:
    """A check that is a script of ``package.json``; it complains by its exit status."""

    def check() -> str:
        node.run("run", name)
        return ""

    return check


CHECKS: dict[str, Callable[[], str]] = {
    "Style": _tool("ruff", "check", "."),
    "Format": _tool("ruff", "format", "--check", "."),
    "Types": _tool("mypy", "."),
    "Layers": _tool("lint-imports"),
    "Layers of the station": _station_layers,
    "Templates": _templates,
    "Texts": _texts,
    "Migrations": _migrations,
    "API description": _api_description,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
