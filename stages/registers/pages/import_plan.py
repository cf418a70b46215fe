"""What a file would do to a table, without writing it."""

from __future__ import annotations

from stages.registers.exchange.importing import ImportPlan, plan_import
from stages.registers.exchange.parsing import parse_sheet
from stages.registers.fold.acts import Acts
from stages.registers.reading.reader import Reader
from stages.registers.storing.increment import StoredIncrement


def look_at(reader: Reader, facet: str, text: str) -> ImportPlan:
    """The plan for the rows of a text whose first row names columns. Raises `ValidationFailed`, `PayloadTooLarge`."""
    acts = Acts(StoredIncrement(reader.storage.fork()))
    return plan_import(acts, reader.schema, facet, parse_sheet(text))
