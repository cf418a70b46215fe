"""What a foreign view proposes, as changes of one proposal: all of it is granted and fits, or nothing is staged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from drafts.models import Draft
from kernel.errors import Conflict, DomainError, ValidationFailed
from proposals.kinds import DEFAULT_KIND
from proposals.models import Change, Proposal
from stages.automation.errors import not_granted
from stages.automation.executing.grants import Grants
from stages.automation.executing.host import RegistersHost
from stages.automation.executing.staging import Staging
from stages.automation.lua import HostError
from stages.registers.fold.errors import Malformed
from stages.registers.proposing.carrying_out import payloads_of
from stages.registers.proposing.changes import target_of
from stages.registers.proposing.targets import NAME

MAX_CHANGES: Final = 500
# The members that an act needs, and those that it may have.
_MEMBERS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "set": (("table", "record", "values"), ()),
    "create": (("table",), ("values",)),
    "attach": (("table", "record"), ("values",)),
    "detach": (("table", "record"), ()),
    "delete": (("record",), ()),
    "link": (("relation", "from", "to"), ("properties", "at")),
    "unlink": (("link",), ()),
    "write": (("field", "text"), ()),
}
_MADE: Final = "$"


@dataclass(slots=True)
class Planned:
    """Changes as a proposal takes them; `made` has the id of the record or link that each change makes, None for
    others.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    made: list[str | None] = field(default_factory=list)


class _ViewHost(RegistersHost):
    """The functions of scripts, for a view: what is not granted is refused as such."""

    def _require(self, granted: bool, what: str) -> None:
        if not granted:
            raise not_granted(what)


def plan_changes(
    *,
    caller: Caller,
    project_id: UUID,
    seed: UUID,
    grants: Grants,
    draft: Draft | None,
    earlier: Proposal | None,
    changes: Sequence[Mapping[str, Any]],
) -> Planned:
    """Changes of a view on top of what it has staged already; ids of what is new are made from `seed`.

    Raises `NotGranted`, `ValidationFailed` with the path of what is wrong, and what verbs of registers raise.
    """
    staging = Staging(caller, project_id, seed)
    host = _ViewHost(staging, grants, draft)
    if earlier is not None:
        _stage_earlier(staging, host, earlier)
    planned = Planned()
    for at, change in enumerate(changes):
        planned.made.append(_do(host, f"changes.{at}", change, planned.made))
    planned.changes = {**staging.changes(), **texts_as_changes(host.texts)}
    return planned


def texts_as_changes(texts: Mapping[str, str | None]) -> dict[str, Any]:
    """Texts of fields as a proposal takes them."""
    return {name: text if "/" not in name or text is None else {"content": text} for name, text in texts.items()}


def _stage_earlier(staging: Staging, host: RegistersHost, proposal: Proposal) -> None:
    """Stage again what a proposal holds. Raises `Conflict` where that is not possible any more."""
    found = list(Change.objects.filter(proposal=proposal))
    host.texts |= {each.target: each.value for each in found if each.kind == DEFAULT_KIND}
    wanted = {target_of(each.target): each.value for each in found if each.kind == NAME}
    try:
        staging.stage(lambda acts, schema: payloads_of(acts, wanted))
    except (DomainError, Malformed) as refusal:
        words = _("What the view has staged before does not fit any more. Commit or discard it first.")
        raise Conflict(words, why=str(refusal)) from None


def _do(host: RegistersHost, path: str, change: object, made: Sequence[str | None]) -> str | None:
    act, given = _read(path, change, made)
    try:
        return _ACTS[act](host, given)
    except ValidationFailed as refusal:
        raise ValidationFailed({f"{path}.{name}": each for name, each in refusal.errors.items()}) from None
    except (HostError, Malformed) as refusal:
        raise ValidationFailed({path: [str(refusal)]}) from None


def _read(path: str, change: object, made: Sequence[str | None]) -> tuple[str, dict[str, Any]]:
    """The act of a change, and its members; `$0` is what the first change has made."""
    if not isinstance(change, Mapping):
        raise ValidationFailed({path: [_("Must be an object.")]})
    act = change.get("act")
    if not isinstance(act, str) or act not in _MEMBERS:
        raise ValidationFailed({f"{path}.act": [_("Must be one of {acts}.").format(acts=", ".join(_MEMBERS))]})
    needed, optional = _MEMBERS[act]
    for name in change:
        if name != "act" and name not in (*needed, *optional):
            raise ValidationFailed({f"{path}.{str(name)[:100]}": [_("There is no such member.")]})
    for name in needed:
        if name not in change:
            raise ValidationFailed({f"{path}.{name}": [_("This is missing.")]})
    given = {name: value for name, value in change.items() if name != "act"}
    for name in ("record", "from", "to"):
        value = given.get(name)
        if isinstance(value, str) and value.startswith(_MADE):
            given[name] = _made(f"{path}.{name}", value, made)
    return act, given


def _made(path: str, value: str, made: Sequence[str | None]) -> str:
    number = value.removeprefix(_MADE)
    found = made[int(number)] if number.isdecimal() and len(number) < 4 and int(number) < len(made) else None
    if found is None:
        raise ValidationFailed({path: [_("No change before this one makes it.")]})
    return found


def _set(host: RegistersHost, given: dict[str, Any]) -> None:
    values = given["values"]
    if not isinstance(values, Mapping) or not values:
        raise HostError("values are an object of values by their columns")
    for name, value in values.items():
        host.set_field({"record": given["record"], "field": f"{given['table']}.{name}", "value": value})


def _link(host: RegistersHost, given: dict[str, Any]) -> str:
    options = {name: given[name] for name in ("at", "properties") if name in given}
    return host.create_edge({**given, "options": options})


_ACTS: Final[Mapping[str, Callable[[RegistersHost, dict[str, Any]], str | None]]] = {
    "set": _set,
    "create": lambda host, given: host.create_entity(given),
    "attach": lambda host, given: host.attach(given),
    "detach": lambda host, given: host.detach(given),
    "delete": lambda host, given: host.delete_entity(given),
    "link": _link,
    "unlink": lambda host, given: host.delete_edge({"edge": given["link"]}),
    "write": lambda host, given: host.set_text(given),
}
