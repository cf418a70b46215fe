"""The desk of scripts, with people who look at their pages."""

from __future__ import annotations

from tests.automation.executing.conftest import desk  # noqa: F401 (a fixture)
