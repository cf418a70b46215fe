"""The text that a new script begins with: one that runs in this project, and shows how a script reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from stages.registers.schema import Schema


@dataclass(frozen=True, slots=True)
class Start:
    """A text with the settings that it needs."""

    source: str
    settings: dict[str, Any]


def start_of(schema: Schema) -> Start:
    """An example that counts records of the first table, or lines of the prompt where there is no table."""
    head = [
        "-- " + _("What this script does, in one sentence."),
        "-- " + _("It writes nothing itself: what it stages becomes a proposal, which a person commits."),
        "",
    ]
    table = next((each for each in schema.tables.values() if each.columns), None)
    if table is None:
        lines = [
            'local text = core.get_text("prompt_text") or ""',
            'local _, lines = text:gsub("\\n", "")',
            'log(("%d lines"):format(lines + 1))',
        ]
        return Start("\n".join([*head, *lines, ""]), _reading("field:prompt_text"))
    column = table.columns[-1].name
    lines = [
        "local empty = 0",
        f'for _, record in ipairs(core.records("{table.facet}")) do',
        f'  if record["{column}"] == nil then',
        "    empty = empty + 1",
        f"    -- {_('To propose a value, ask for it in the settings, and then')}:",
        f'    -- core.set_field(record.id, "{table.facet}.{column}", "…")',
        "  end",
        "end",
        "",
        f'log(("%d records without {column}"):format(empty))',
    ]
    return Start("\n".join([*head, *lines, ""]), _reading(f"{table.facet}.*"))


def _reading(*grants: str) -> dict[str, Any]:
    return {"capabilities": {"read": list(grants)}}
