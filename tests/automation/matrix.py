"""Rows of the permission matrix: modules, rules and scripts."""

from __future__ import annotations

from typing import Any

REST: tuple[Any, ...] = ()
PAGES: tuple[Any, ...] = ()
REPEATS: tuple[Any, ...] = ()
NO_WRITES = (
    "automation.read",
    # An action leaves this list with the service that writes.
    *("module.adopt", "module.leave", "rule.save", "script.switch"),
    *("script.save", "script.run", "execution.stop", "passage.link"),
)
