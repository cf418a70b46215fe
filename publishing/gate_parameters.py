"""The gates of a policy as data: which are chosen, and their parameters, checked by the gates' own forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from publishing.gates import GATES, gate_title

GateParameters = Mapping[str, Mapping[str, Any]]


def read_gates(given: object, *, project_id: UUID, before: GateParameters) -> dict[str, dict[str, Any]]:
    """Check the gates of a new policy. Raises `ValidationFailed` under `gates`.

    A gate that is not installed may stay as it was `before`, or be removed, but not be added.
    """
    if not isinstance(given, Mapping):
        raise ValidationFailed({"gates": [_("Must name gates, each with its parameters.")]})
    gates: dict[str, dict[str, Any]] = {}
    errors: list[str] = []
    for name, parameters in given.items():
        if not isinstance(parameters, Mapping):
            errors.append(_("{gate}: its parameters must be an object.").format(gate=gate_title(str(name))))
        elif name in GATES:
            gates[name] = _read_parameters(name, parameters, project_id, errors)
        elif parameters == before.get(name):
            gates[name] = dict(parameters)
        else:
            errors.append(_("{gate}: there is no such gate here.").format(gate=name))
    if errors:
        raise ValidationFailed({"gates": errors})
    return dict(sorted(gates.items()))


def _read_parameters(name: str, parameters: Mapping[str, Any], project_id: UUID, errors: list[str]) -> dict[str, Any]:
    form = GATES[name].form(dict(parameters), project_id=project_id)
    title = gate_title(name)
    unknown = sorted(set(parameters) - set(form.fields))
    errors += [_("{gate}: there is no parameter {name}.").format(gate=title, name=each) for each in unknown]
    for field, messages in form.errors.items():
        label = str(form.fields[field].label or field) if field in form.fields else ""
        errors += [f"{title}: {label}: {message}" if label else f"{title}: {message}" for message in messages]
    return dict(form.cleaned_data) if form.is_valid() else {}
