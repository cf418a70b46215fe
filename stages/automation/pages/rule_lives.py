"""The pages that rename and delete a rule, and what its page says of its past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.callers import caller_from_request
from accounts.models import User
from kernel.errors import DomainError, NotFound
from projects.access import get_project
from stages.automation.permissions import DELETE_RULE, READ, SAVE_RULE
from stages.automation.reading.rule_history import RuleChange, history_of_rule
from stages.automation.reading.rule_words import pieces
from stages.automation.services import rule_lives
from stages.registers.pages.authors import Author, Authors
from stages.registers.reading.reader import Reader
from stages.registers.schema import Schema
from workspace.decorators import PageRequest, page

# Changes that the page of a rule shows.
SHOWN: Final = 20
_WORDS: Final[dict[str, Promise]] = {
    "saved": gettext_lazy("{name} saved it"),
    "renamed": gettext_lazy("{name} renamed it to “{rule}”"),
    "deleted": gettext_lazy("{name} deleted it"),
}


@dataclass(frozen=True, slots=True)
class PastRow:
    """One change of a rule: who did what, and the rule as it was then, as a sentence in pieces."""

    change: RuleChange
    author: Author
    said: str
    words: list[tuple[str, bool]]


def past_of(project_id: UUID, rule_id: str, schema: Schema, reader: User) -> list[PastRow]:
    """The last changes of a rule, the newest first."""
    changes = history_of_rule(project_id, rule_id)[:SHOWN]
    authors = Authors(project_id, reader)
    authors.prefetch(each.last.actor_id for each in changes)
    found = []
    for each in changes:
        author = authors.of(each.last.actor_id, each.last.site, each.last.hlc)
        said = str(_WORDS[each.act]).format(name=author.name, rule=each.name)
        words = pieces(each.rule.rule, schema) if each.rule is not None and each.act == "saved" else []
        found.append(PastRow(each, author, said, words))
    return found


@page("GET", "HEAD")
def history(request: PageRequest, project_id: UUID, rule_id: UUID) -> HttpResponse:
    """GET: what a rule was before, as a part of its page."""
    get_project(user=request.user, project_id=project_id, action=READ)
    found = past_of(project_id, str(rule_id), Reader(project_id).schema, request.user)
    if not found:
        raise NotFound(_("There is no such rule."))
    return render(request, "automation/rules/past.html", {"project_id": project_id, "past": found})


@page("POST")
def rename(request: PageRequest, project_id: UUID, rule_id: UUID) -> HttpResponse:
    """POST `name`: give a rule another name. Leads back to its page, which says what came of it."""
    get_project(user=request.user, project_id=project_id, action=SAVE_RULE)
    caller, name = caller_from_request(request), request.POST.get("name", "")
    try:
        done = rule_lives.rename_rule(caller=caller, project_id=project_id, rule_id=rule_id, name=name)
    except DomainError as refusal:
        return _refused(request, project_id, rule_id, refusal)
    messages.success(request, _("The rule is called “{name}” now.").format(name=done.name))
    return redirect("automation:rule", project_id, rule_id)


@page("POST")
def delete(request: PageRequest, project_id: UUID, rule_id: UUID) -> HttpResponse:
    """POST `reason`: delete a rule. Leads to the other ones."""
    get_project(user=request.user, project_id=project_id, action=DELETE_RULE)
    caller, reason = caller_from_request(request), request.POST.get("reason", "")
    try:
        done = rule_lives.delete_rule(caller=caller, project_id=project_id, rule_id=rule_id, reason=reason)
    except DomainError as refusal:
        return _refused(request, project_id, rule_id, refusal)
    messages.success(request, _("The rule “{name}” is deleted. What it added stays.").format(name=done.name))
    return redirect("automation:rules", project_id)


def _refused(request: PageRequest, project_id: UUID, rule_id: UUID, refusal: DomainError) -> HttpResponse:
    if refusal.status == 404:
        raise refusal
    messages.error(request, refusal.detail)
    return redirect("automation:rule", project_id, rule_id)
