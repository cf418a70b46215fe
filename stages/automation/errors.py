"""What is refused of modules, rules and scripts, beside what is refused everywhere."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError
from stages.automation.rules.graph import Cycle
from stages.automation.rules.watching import Key


class ScriptOff(DomainError):
    """The script is off here, in this text."""

    code, status, title = "script_off", 409, _("The script is off")


class ViewOff(DomainError):
    """The view is off here, in this text."""

    code, status, title = "view_off", 409, _("The view is off")


class NotGranted(DomainError):
    """No owner has granted this to the text that asks; `capability` names it."""

    code, status, title = "not_granted", 403, _("Not granted")


class ModuleIncompatible(DomainError):
    """A module needs another column than the one that is there; `table` and `column` name it."""

    code, status, title = "module_incompatible", 409, _("The module does not fit")


class RuleCycle(DomainError):
    """Rules would set each other off for ever: `cycle` names them, `columns` what each changes that the next asks."""

    code, status, title = "rule_cycle", 409, _("Rules would go in a circle")


class RuleLimit(DomainError):
    """Rules would do too much within one change; `limit` is `rules`, `writes` or `seconds`, `most` its value."""

    code, status, title = "rule_limit", 409, _("Too much at once")


def not_granted(capability: str) -> NotGranted:
    """The refusal of what a view asks for without a grant."""
    name = capability[:200]
    return NotGranted(gettext("No owner has granted “{what}” to this view.").format(what=name), capability=name)


def refuse_cycle(cycle: Cycle) -> RuleCycle:
    """The refusal of rules that have no order."""
    path = " → ".join(cycle.names)
    words = gettext("Not possible: these rules would set each other off without end: {path}.").format(path=path)
    columns = [[spell_key(key) for key in keys] for keys in cycle.keys]
    return RuleCycle(words, cycle=cycle.names, columns=columns)


def spell_key(key: Key) -> str:
    """What rules watch and write, as programs read it: `table`, `table.column` or `relation:type`."""
    if key.kind == "relation":
        return f"relation:{key.name}"
    return f"{key.name}.{key.column}" if key.column else key.name
