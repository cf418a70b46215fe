"""Windows of people who use modules."""

from __future__ import annotations

from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    person,
    pictures,
    whole_pages,
    world,
)
from tests.registers.browser.conftest import open_table, tables  # noqa: F401 (fixtures)
