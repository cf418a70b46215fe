"""The worlds of the acceptance cases."""

from __future__ import annotations

from tests.automation.foreign.conftest import foreign, sink  # noqa: F401 (fixtures)
from tests.automation.modules.conftest import site  # noqa: F401 (a fixture)
from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    person,
    pictures,
    whole_pages,
    world,
)
