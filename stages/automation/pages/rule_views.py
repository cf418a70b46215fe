"""The pages of rules: a rule in its builder, with what it would do if it were saved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import DomainError, NotFound
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.automation.pages.frame import automation_context
from stages.automation.pages.rule_form import RuleForm, form_of_post, form_of_rule
from stages.automation.pages.rule_rows import Choices, live_of, other_rules, slot_of, target_columns
from stages.automation.permissions import READ, SAVE_RULE
from stages.automation.reading.rule_counts import count_rules
from stages.automation.reading.rule_words import pieces
from stages.automation.reading.rules import SavedRule, rules_of
from stages.automation.services.rule_proposals import open_proposals
from stages.automation.services.rules import save_rule
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest, page


@page("GET", "HEAD")
def rules(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the first rule, or what rules are for."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    found = rules_of(project_id)
    if found:
        return redirect("automation:rule", project_id, found[0].id)
    context = automation_context(request, access, current="rules")
    return render(request, "automation/rules/none.html", {**context, "may_save": _may_save(access)})


@page("GET", "HEAD", "POST")
def new_rule(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: an empty builder. POST `name` and the builder's members: save it, and switch it on."""
    access = get_project(user=request.user, project_id=project_id, action=SAVE_RULE)
    return _rule(request, access, None)


@page("GET", "HEAD", "POST")
def rule(request: PageRequest, project_id: UUID, rule_id: UUID) -> HttpResponse:
    """GET: a rule. POST the builder's members, `is_on`: save it."""
    action = SAVE_RULE if request.method == "POST" else READ
    access = get_project(user=request.user, project_id=project_id, action=action)
    return _rule(request, access, find_rule(project_id, rule_id))


@page("POST")
def build(request: PageRequest, project_id: UUID) -> HttpResponse:
    """POST the builder's members, `act`: the builder with that done, and what the rule would do. Nothing is written."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    known = request.POST.get("rule_id", "")
    saved = next((each for each in rules_of(project_id) if each.id == known), None)
    form = form_of_post(request.POST)
    values = _values(request, access, saved, form, name=request.POST.get("name", ""))
    if "HX-Request" in request.headers:
        return render(request, "automation/rules/builder.html", values)
    return _page(request, access, saved, values)


@page("GET", "HEAD")
def counts(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: how many records the rules that are on are about, for the rail of a page that is there already."""
    get_project(user=request.user, project_id=project_id, action=READ)
    found = count_rules(Reader(project_id).storage, [each for each in rules_of(project_id) if each.is_on])
    rows = [(slot_of(rule), count) for rule, count in found.items()]
    return render(request, "automation/rules/counts.html", {"counts": rows})


def find_rule(project_id: UUID, rule_id: UUID) -> SavedRule:
    """A rule of a project. Raises `NotFound`."""
    found = next((each for each in rules_of(project_id) if each.id == str(rule_id)), None)
    if found is None:
        raise NotFound(_("There is no such rule."))
    return found


def _rule(request: PageRequest, access: Access, saved: SavedRule | None) -> HttpResponse:
    project_id = access.project.id
    reader = Reader(project_id)
    if request.method != "POST":
        form = form_of_rule(saved.rule.rule, reader.schema) if saved is not None and saved.rule else RuleForm()
        return _page(request, access, saved, _values(request, access, saved, form, reader=reader))
    form, name = form_of_post(request.POST), request.POST.get("name", "")
    is_on = request.POST.get("is_on", "on") == "on"
    definition = form.definition(reader.schema)
    values: dict[str, Any] = {"name": name} if saved is None else {"rule_id": UUID(saved.id)}
    try:
        if not form.is_complete:
            raise NotFound(_("Not saved. Choose what is still missing."))
        caller = caller_from_request(request)
        done = save_rule(caller=caller, project_id=project_id, definition=definition, is_on=is_on, **values)
    except DomainError as refusal:
        shown = _values(request, access, saved, form, name=name, reader=reader)
        status = 400 if isinstance(refusal, NotFound) else refusal.status
        return _page(request, access, saved, {**shown, "problem": refusal}, status=status)
    messages.success(request, _("Saved. The rule is on.") if is_on else _("Saved. The rule is off."))
    return redirect("automation:rule", project_id, done.id)


def _values(
    request: PageRequest,
    access: Access,
    saved: SavedRule | None,
    form: RuleForm | None,
    *,
    name: str = "",
    reader: Reader | None = None,
) -> dict[str, Any]:
    """What the builder shows."""
    project_id = access.project.id
    reader = reader or Reader(project_id)
    schema, choices = reader.schema, Choices(reader.schema)
    rule_id = UUID(saved.id) if saved is not None else None
    definition = form.definition(schema) if form is not None else saved.value if saved is not None else {}
    is_complete = form.is_complete if form is not None else True
    live = live_of(caller_from_request(request), reader, definition, rule_id, is_complete=is_complete)
    named = saved.rule if saved is not None else None
    return {
        "project_id": project_id,
        "saved": saved,
        "name": saved.label if saved is not None else name,
        "form": form,
        "choices": choices,
        "targets": target_columns(form, choices) if form is not None else [],
        "live_rule": live,
        "words": live.words or (pieces(named.rule, schema) if named is not None else []),
        "others": other_rules(project_id, schema, named),
        "may_save": _may_save(access),
        "waiting": open_proposals(project_id).get(saved.id) if saved is not None else None,
    }


def _page(
    request: PageRequest, access: Access, saved: SavedRule | None, values: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    current = f"rules/{saved.id}" if saved is not None else "rules/new"
    context = automation_context(request, access, current=current)
    return render(request, "automation/rules/rule.html", {**context, **values}, status=status)


def _may_save(access: Access) -> bool:
    return allowed(SAVE_RULE, role=access.role, status=Status(access.project.status))
