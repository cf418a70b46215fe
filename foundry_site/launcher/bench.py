"""``script/bench``: the figures of ``bench/``, in the virtual environment."""

from __future__ import annotations

import runpy
import sys

from foundry_site.launcher.console import print_error

INTERRUPTED = 130

if __name__ == "__main__":
    try:
        runpy.run_module("bench", run_name="__main__")
    except KeyboardInterrupt:
        print_error("Stopped; what was measured so far is above.")
        sys.exit(INTERRUPTED)
