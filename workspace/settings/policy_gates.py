"""The gates of a policy on its page: a row for each that is installed, and for each that the policy names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from publishing.gate_parameters import GateParameters
from publishing.gates import GATES, Gate, GateForm

_CLASSES: Final = {"checkbox": "checkbox", "radio": "radio", "select": "select"}


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate. `form` holds its parameters; None where it is not installed. `is_fixed`: no policy can leave it out."""

    name: str
    title: str
    description: str
    is_chosen: bool
    form: GateForm | None = None
    is_fixed: bool = False


def gate_rows(chosen: GateParameters, *, project_id: UUID, posted: QueryDict | None = None) -> list[GateRow]:
    """The rows, with what was typed where the form was refused."""
    rows = [
        GateRow(
            name=name,
            title=str(gate.title),
            description=str(gate.description),
            is_chosen=gate.always or name in chosen,
            form=_form(name, gate, chosen.get(name, {}), project_id, posted),
            is_fixed=gate.always and not gate.form.base_fields,
        )
        for name, gate in GATES.items()
    ]
    missing = _("Not installed here: no version can be submitted or released while the policy asks for it.")
    return rows + [GateRow(name, name, missing, is_chosen=True) for name in sorted(set(chosen) - set(GATES))]


def posted_gates(posted: QueryDict, *, project_id: UUID, before: GateParameters) -> dict[str, Mapping[str, Any]]:
    """The gates of a posted form, as the service reads them; invalid values are passed on as they were typed."""
    gates: dict[str, Mapping[str, Any]] = {}
    for name in {**GATES, **before}:
        if _box(name) not in posted:
            continue
        if name in GATES:
            form = GATES[name].form(posted, prefix=_prefix(name), project_id=project_id)
            gates[name] = {field: form[field].data for field in form.fields}
        else:
            gates[name] = before[name]
    return gates


def _box(name: str) -> str:
    return f"gate_{name}"


def _prefix(name: str) -> str:
    return f"gate-{name}"


def _form(name: str, gate: Gate, parameters: Mapping[str, Any], project_id: UUID, posted: QueryDict | None) -> GateForm:
    is_posted = posted is not None and _box(name) in posted
    form = gate.form(posted if is_posted else None, initial=parameters, prefix=_prefix(name), project_id=project_id)
    # A field of a gate that is not chosen may be empty.
    form.use_required_attribute = False
    for field in form.fields.values():
        kind = getattr(field.widget, "input_type", "text")
        field.widget.attrs.setdefault("class", _CLASSES.get(kind, "input"))
    return form
