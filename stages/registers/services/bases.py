"""Whether fields still show what somebody saw before they wrote (lost updates)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from kernel.errors import StaleBase
from stages.registers.fold.effects import Field, field_writes
from stages.registers.fold.increment import Increment
from stages.registers.fold.payloads import Payload, SetField
from stages.registers.fold.views import shown_value, values_of
from stages.registers.models import Operation
from stages.registers.storing.bundles import operation_of_text


def check_base(increment: Increment, project_id: UUID, payloads: Iterable[Payload], base: Collection[str]) -> None:
    """Raise `StaleBase` where a field that payloads set has a value by an operation that is not among those of `base`.

    The error has `fields`: of each the value then (`base`), now (`theirs`), the operations of now (`tips`), and the
    value that was not written (`yours`).
    """
    seen = set(base)
    stale = []
    for payload in payloads:
        if isinstance(payload, SetField):
            field = Field(payload.entity_id, payload.facet_type, payload.field_name)
            tips = values_of(increment.storage.fields.get(field) or ())
            if any(tip.op_id not in seen for tip in tips):
                facts = {"record": field.entity, "facet": field.facet, "field": field.name}
                now = {"theirs": shown_value(tips), "tips": [tip.op_id for tip in tips]}
                stale.append({**facts, **now, "base": _value_at(project_id, field, seen), "yours": payload.value})
    if stale:
        raise StaleBase(gettext("Somebody has changed this since you began."), **stale[0], fields=stale)


def _value_at(project_id: UUID, field: Field, seen: Collection[str]) -> Any:
    """The value that the newest of the operations somebody saw gave to a field; None where there is none."""
    ids = [each for each in map(_uuid, seen) if each is not None]
    texts = Operation.objects.filter(project=project_id, op_id__in=ids).order_by("-hlc").values_list("text", flat=True)
    for text in texts:
        for written, value in field_writes(operation_of_text(text, "", {})):
            if written == field:
                return value
    return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None
