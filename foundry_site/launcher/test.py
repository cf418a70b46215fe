"""``script/test``: prepares and runs the tests."""

from __future__ import annotations

import sys

from foundry_site.launcher.console import LaunchError, print_error
from foundry_site.launcher.signals import Stopped, stopped_by_signals
from foundry_site.launcher.testing import run_tests

INTERRUPTED = 130


def main() -> int:
    """Run the tests that the command line names; returns the exit status."""
    try:
        with stopped_by_signals():
            return run_tests(sys.argv[1:])
    except Stopped:
        return INTERRUPTED
    except LaunchError as error:
        print_error(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
