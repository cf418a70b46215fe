"""What the page of a proposal says of the rule, the script or the view that has made it."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from proposals.models import Proposal
from stages.automation.facets import RULE
from stages.automation.foreign.views import source_of
from stages.automation.models import Execution
from stages.automation.reading.executions import labels_of
from stages.automation.reading.rule_labels import label_of
from stages.automation.reading.scripts import whys_of
from stages.registers.models import Row
from workspace.proposals.makers import Maker

# A script on change goes on with its open proposal: the reasons of so many executions are read.
MAX_EXECUTIONS: Final = 20


def maker_rule(proposal: Proposal) -> Maker | None:
    """The rule of a proposal, if it is there still."""
    rules = Row.objects.filter(project=proposal.project_id, facet=RULE, record=proposal.origin_id)
    shown = rules.values_list("shown", flat=True).first()
    if shown is None:
        return None
    name = label_of(str(shown.get("name") or ""), str(shown.get("module") or ""))
    address = reverse("automation:rule", args=[proposal.project_id, proposal.origin_id])
    return Maker(_("Rule “{name}”").format(name=name), address)


def maker_script(proposal: Proposal) -> Maker | None:
    """The script of a proposal, with the page of its newest execution."""
    found = Execution.objects.filter(proposal=proposal.id).order_by("-id")[:MAX_EXECUTIONS]
    executions = list(found)[::-1]
    if not executions:
        return None
    newest = executions[-1]
    name = labels_of(proposal.project_id, {newest.script}).get(newest.script) or newest.name
    address = reverse("automation:execution", args=[proposal.project_id, newest.id])
    return Maker(_("Script “{name}”").format(name=name), address, whys_of(executions))


def maker_view(proposal: Proposal) -> Maker | None:
    """The view of a proposal, if its module is adopted."""
    source = source_of(proposal.project_id, proposal.origin_id or "")
    if source is None:
        return None
    module, _slash, view = source["view"].partition("/")
    address = reverse("automation:view", args=[proposal.project_id, module, view])
    return Maker(_("View “{name}”").format(name=source["view"]), address)
