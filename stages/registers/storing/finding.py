"""Records that are found by what they show, with what is not written yet."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from kernel.statements import run
from stages.registers.fold.effects import Field
from stages.registers.fold.facts import Tips
from stages.registers.fold.values import spell
from stages.registers.fold.views import Record
from stages.registers.storing.spelling import read_tips, to_text
from stages.registers.storing.tables import StoredTable

_KEY: Final = "key"
_HOLDERS: Final = """
SELECT wanted.place, shown_row.record FROM unnest(%s::jsonb[]) WITH ORDINALITY AS wanted (value, place)
JOIN registers_row AS shown_row ON shown_row.shown @> wanted.value
WHERE shown_row.project_id = %s AND shown_row.facet = %s AND shown_row.shown -> %s = wanted.value -> %s
"""
_HIGHEST: Final = """
SELECT tips FROM registers_fieldstate
WHERE project_id = %s AND facet = %s AND key_number IS NOT NULL AND field = 'key' AND key_number < %s
ORDER BY key_number DESC LIMIT 50
"""
_NUMBER: Final = re.compile(r"[0-9]{1,15}\Z")
_MOST: Final = 10**16


def trailing_number(value: object) -> int | None:
    """The number at the end of a key, such as 12 of REQ-12."""
    found = _NUMBER.search(value) if isinstance(value, str) else None
    return int(found[0]) if found else None


def highest_number(tips: Tips) -> int | None:
    """The highest number at the end of tips of a key."""
    numbers = [number for tip in tips if (number := trailing_number(tip.value)) is not None]
    return max(numbers, default=None)


class Finding:
    """Looks in Postgres, and in the records that were changed since."""

    def __init__(self, project_id: UUID, records: StoredTable[str, Record]) -> None:
        self._project_id = project_id
        self._records = records

    def holders(self, facet: str, name: str, values: Iterable[object]) -> dict[str, list[str]]:
        wanted = {spell(value): value for value in values}
        listed = list(wanted)
        found: dict[str, list[str]] = defaultdict(list)
        asked = [to_text({name: wanted[each]}) for each in listed]
        for place, record in run((_HOLDERS, [asked, self._project_id, facet, name, name])):
            if str(record) not in self._records.before:
                found[listed[place - 1]].append(str(record))
        for record_id in self._records.before:
            shown = self._shown(record_id, facet, name)
            if shown is not None and (spelled := spell(shown.value)) in wanted:
                found[spelled].append(record_id)
        return dict(found)

    def _shown(self, record_id: str, facet: str, name: str) -> Any:
        record = self._records.rows.get(record_id)
        return record.fields.get(facet, {}).get(name) if record else None

    def highest_key(self, facet: str, prefix: str, fields: StoredTable[Field, Tips]) -> int:
        pattern = re.compile(rf"{re.escape(prefix)}-([1-9][0-9]{{0,14}})\Z")
        changed = (fields.rows[each] for each in fields.before if each[1:] == (facet, _KEY) and each in fields.rows)
        highest = max((_highest(tips, pattern) for tips in changed), default=0)
        below = _MOST
        while True:
            rows = [read_tips(json.loads(tips)) for (tips,) in run((_HIGHEST, [self._project_id, facet, below]))]
            found = max((_highest(tips, pattern) for tips in rows), default=0)
            if found or not rows:
                return max(highest, found)
            below = min(highest_number(tips) or 0 for tips in rows)


def _highest(tips: Tips, pattern: re.Pattern[str]) -> int:
    found = (pattern.match(tip.value) for tip in tips if isinstance(tip.value, str))
    return max((int(each[1]) for each in found if each), default=0)
