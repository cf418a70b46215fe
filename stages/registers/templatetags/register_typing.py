"""What the fields of forms say of the form in which values are typed."""

from __future__ import annotations

from typing import Final

from django import template
from django.utils.translation import gettext as _

from stages.registers.schema import Column
from stages.registers.schema.model import DATE, DATETIME, DURATION

register = template.Library()

_EXAMPLES: Final = {DATE: "2026-12-11", DATETIME: "2026-12-11 13:52", DURATION: "1 h 30 min"}


@register.filter
def typed_as(column: Column | None) -> str:
    """An example for a column whose values have a form of their own: "as 1 h 30 min"; empty for others."""
    example = _EXAMPLES.get(column.type) if column is not None else None
    return _("as {example}").format(example=example) if example else ""
