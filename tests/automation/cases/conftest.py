"""The worlds of the acceptance cases."""

from __future__ import annotations

from tests.automation.modules.conftest import site  # noqa: F401 (a fixture)
