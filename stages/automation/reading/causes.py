"""What operations of records mean that name a rule or a script as their source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.automation.facets import SCRIPT
from stages.automation.reading.rule_names import rules_called
from stages.registers.causes import Cause
from stages.registers.models import Row


def causes_of_rules(project_id: UUID, names: Collection[str]) -> Mapping[str, Cause]:
    """Rules by the names that they had."""
    found = {}
    for name, rule in rules_called(project_id, names).items():
        address = "" if rule.is_gone else reverse("automation:rule", args=[project_id, rule.id])
        words = _("the rule “{name}”").format(name=rule.label)
        found[name] = Cause(rule.name, words, "workflow", address, rule.is_gone)
    return found


def causes_of_scripts(project_id: UUID, names: Collection[str]) -> Mapping[str, Cause]:
    """Scripts by their names."""
    rows = Row.objects.filter(project_id=project_id, facet=SCRIPT, shown__name__in=list(names))
    known = {str(name): str(record) for name, record in rows.values_list("shown__name", "record")}
    found = {}
    for name in names:
        address = reverse("automation:script", args=[project_id, known[name]]) if name in known else ""
        words = _("the script “{name}”").format(name=name)
        found[name] = Cause(name, words, "braces", address, is_gone=name not in known)
    return found
