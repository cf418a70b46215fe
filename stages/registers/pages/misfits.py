"""How many values of a column would not fit it any more after a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models.fields.json import KeyTransform
from django.utils.translation import ngettext

from stages.registers.models import Row
from stages.registers.schema import Column, Option
from stages.registers.schema.values import is_misfit


def misfits_after(project_id: UUID, facet: str, column: Column, changes: Mapping[str, Any]) -> str:
    """Words for values that fit now and would not after these changes; empty where there are none."""
    if not {"type", "options"} & changes.keys():
        return ""
    options = tuple(Option(**each) for each in changes["options"]) if "options" in changes else column.options
    after = replace(column, type=changes.get("type", column.type), options=options)
    rows = Row.objects.filter(project_id=project_id, facet=facet)
    values = rows.annotate(value=KeyTransform(column.name, "shown")).values_list("value", flat=True)
    present = [each for each in values if each is not None]
    count = sum(is_misfit(after, each) and not is_misfit(column, each) for each in present)
    if not count:
        return ""
    words = ngettext(
        "%(n)s of %(all)s value will not fit: it stays as it is, and is marked. Change the column all the same?",
        "%(n)s of %(all)s values will not fit: they stay as they are, and are marked. Change the column all the same?",
        count,
    )
    return words % {"n": f"{count:,}", "all": f"{len(present):,}"}
