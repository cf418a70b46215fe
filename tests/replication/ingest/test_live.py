"""What comes in from another site is shown at once, in pages that are open and to clients of the engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from playwright.sync_api import expect

from stages.registers.fold.payloads import SetField
from tests.browser.conftest import arrange, chromium, person, pictures, whole_pages, world  # noqa: F401 (fixtures)
from tests.registers.browser.conftest import REQUIREMENTS, Table, Tables, open_table, tables  # noqa: F401 (fixtures)
from tests.registers.fold.writing import numbered_id
from tests.replication.ingest.world import Site, record


def test_a_table_that_is_open_shows_it_without_a_reload(
    open_table: Callable[..., Table],  # noqa: F811
    tables: Tables,  # noqa: F811
) -> None:
    """Case 16, at one site."""
    tables.make()
    (first,) = tables.add([{"statement": "Ours"}])
    mara = open_table("owner")
    world_of = tables.world
    basel: Any = world_of.arrange(lambda: Site(world_of.project, "Basel").admit())
    ours = basel.write([SetField(first, REQUIREMENTS, "source", "from Basel")])
    world_of.arrange(partial(basel.send, ours))
    expect(mara.cell(1, "source")).to_have_text("from Basel")
    new = record(numbered_id(5), table=REQUIREMENTS, field="statement")
    world_of.arrange(partial(basel.send, basel.write(new)))
    mara.page.get_by_role("button", name="Rows have changed").click()
    expect(mara.cell(2, "statement")).to_have_text("made elsewhere")
