"""The pages of modules: all of them, one to adopt or to look at, and leaving it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import Caller, caller_from_request
from kernel.errors import DomainError, NotFound, ValidationFailed
from projects.access import Access, get_project
from stages.automation.pages.frame import automation_context
from stages.automation.pages.module_rows import group_of_module, module_rows, rows_of_rules, wish_rows
from stages.automation.permissions import ADOPT, LEAVE, READ
from stages.automation.reading.adoption import plan_adoption
from stages.automation.reading.modules import AdoptedModule, adopted_modules
from stages.automation.reading.packages import Module, find_module
from stages.automation.services.modules import adopt_module, leave_module
from stages.automation.services.suggestions import answer_suggestion
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest, page

_ANSWERS: Final = {"same": True, "different": False}


@page("GET", "HEAD")
def modules(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the modules that can be adopted, and those that the project has."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    reader = Reader(project_id)
    context = automation_context(request, access, current="modules", reader=reader)
    return render(request, "automation/modules/list.html", {**context, "rows": module_rows(project_id, reader=reader)})


@page("GET", "HEAD", "POST")
def module(request: PageRequest, project_id: UUID, name: str) -> HttpResponse:
    """GET `?version=`: what a module brings. POST `version, grant, answer:…`: adopt it, and answer its suggestions."""
    action = ADOPT if request.method == "POST" else READ
    access = get_project(user=request.user, project_id=project_id, action=action)
    if request.method != "POST":
        return _show(request, access, name, request.GET.get("version", ""))
    caller, post = caller_from_request(request), request.POST
    version = post.get("version", "")
    try:
        adopted = adopt_module(caller=caller, project_id=project_id, name=name, version=version, grants=_grants(post))
    except DomainError as refusal:
        return _show(request, access, name, version, problem=refusal)
    messages.success(request, _("Adopted {name} {version}.").format(name=adopted.name, version=adopted.version))
    _answer(request, caller, project_id)
    return redirect("automation:module", project_id, name)


@page("POST")
def answers(request: PageRequest, project_id: UUID, name: str) -> HttpResponse:
    """POST `answer:…`: say of columns whether they are one."""
    get_project(user=request.user, project_id=project_id, action="register.write")
    _answer(request, caller_from_request(request), project_id)
    return redirect("automation:module", project_id, name)


@page("POST")
def leave(request: PageRequest, project_id: UUID, name: str) -> HttpResponse:
    """POST `reason`: leave a module."""
    access = get_project(user=request.user, project_id=project_id, action=LEAVE)
    reason = request.POST.get("reason", "")
    try:
        leave_module(caller=caller_from_request(request), project_id=project_id, name=name, reason=reason)
    except ValidationFailed as refusal:
        return _show(request, access, name, "", problem=refusal)
    messages.success(request, _("Left {name}. Its tables are hidden, its records stay.").format(name=name))
    return redirect("automation:modules", project_id)


def _show(
    request: PageRequest,
    access: Access,
    name: str,
    version: str,
    *,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    project_id = access.project.id
    reader = Reader(project_id)
    adopted = next((each for each in adopted_modules(project_id, reader=reader) if each.name == name), None)
    shown = _shown_module(adopted, name, version)
    context = automation_context(request, access, current=f"modules/{name}", reader=reader)
    sha256 = shown.sha256 if shown is not None else adopted.sha256 if adopted is not None else ""
    values: dict[str, Any] = {"adopted": adopted, "module": shown, "problem": problem, "name": name, "sha256": sha256}
    if shown is not None:
        plan = plan_adoption(project_id, shown, reader=reader)
        values |= {
            "plan": plan,
            "wishes": wish_rows(plan.wishes),
            "groups": group_of_module(shown),
            "rules": rows_of_rules(shown, plan.schema),
            "is_adopted": adopted is not None and adopted.sha256 == shown.sha256,
            "address": reverse("automation:module", args=[project_id, name]),
        }
    status = problem.status if problem is not None else 200
    return render(request, "automation/modules/module.html", {**context, **values}, status=status)


def _shown_module(adopted: AdoptedModule | None, name: str, version: str) -> Module | None:
    """The version that is asked for, the adopted one, or the newest. Raises `NotFound`."""
    if adopted is not None and version in ("", adopted.version):
        return adopted.module
    try:
        return find_module(name, version)
    except NotFound:
        if adopted is not None and not version:
            return None
        raise


def _grants(post: QueryDict) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in post.getlist("grant"):
        kind, _colon, text = each.partition(":")
        found.setdefault(kind, []).append(text)
    return found


def _answer(request: PageRequest, caller: Caller, project_id: UUID) -> None:
    """Each answer is a change of its own; one that is refused is said, and the others count."""
    for name, value in request.POST.items():
        ends = name.removeprefix("answer:").split("|")
        if not name.startswith("answer:") or len(ends) != 4 or value not in _ANSWERS:
            continue
        try:
            answer_suggestion(
                caller=caller,
                project_id=project_id,
                one=(ends[0], ends[1]),
                other=(ends[2], ends[3]),
                is_same=_ANSWERS[str(value)],
            )
        except DomainError as refusal:
            messages.error(request, refusal.detail)
