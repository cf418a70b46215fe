"""The pages of modules: all of them, one to adopt or to look at, and leaving it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import Caller, caller_from_request
from kernel.errors import DomainError, NotFound, ValidationFailed
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.automation.pages.adoption_rows import ANSWERS, AdoptionForm, first_form, lines_of, read_form
from stages.automation.pages.frame import automation_context
from stages.automation.pages.module_rows import (
    file_rows,
    module_rows,
    relation_rows,
    rule_rows,
    script_rows,
    view_rows,
    wish_rows,
)
from stages.automation.pages.module_upgrade import upgrade_rows
from stages.automation.permissions import ADOPT, LEAVE, READ
from stages.automation.reading.adoption import plan_adoption
from stages.automation.reading.modules import AdoptedModule, adopted_modules
from stages.automation.reading.packages import Module, find_module, versions_of
from stages.automation.reading.upgrades import compare_versions
from stages.automation.services.modules import adopt_module, leave_module
from stages.automation.services.suggestions import answer_suggestion
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest, page


@page("GET", "HEAD")
def automation(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the page with which the tab begins."""
    get_project(user=request.user, project_id=project_id, action=READ)
    return redirect("automation:modules", project_id)


@page("GET", "HEAD")
def modules(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the modules that can be adopted, and those that the project has."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    reader = Reader(project_id)
    context = automation_context(request, access, current="modules", reader=reader)
    return render(request, "automation/modules/list.html", {**context, "rows": module_rows(project_id, reader=reader)})


@page("GET", "HEAD", "POST")
def module(request: PageRequest, project_id: UUID, name: str) -> HttpResponse:
    """GET `?version=`: what a module brings. POST `version, grant, rule, answer:…`: adopt it, answer suggestions."""
    action = ADOPT if request.method == "POST" else READ
    access = get_project(user=request.user, project_id=project_id, action=action)
    if request.method != "POST":
        return _show(request, access, name, request.GET.get("version", ""))
    caller, form = caller_from_request(request), read_form(request.POST)
    version = request.POST.get("version", "")
    try:
        adopted = adopt_module(
            caller=caller,
            project_id=project_id,
            name=name,
            version=version,
            grants=form.by_kind,
            rules=sorted(form.rules),
        )
    except DomainError as refusal:
        return _show(request, access, name, version, problem=refusal, form=form)
    label = find_module(name, adopted.version).manifest.label
    messages.success(request, _("Adopted {name} {version}.").format(name=label, version=adopted.version))
    _answer(request, caller, project_id)
    return redirect("automation:module", project_id, name)


@page("POST")
def plan(request: PageRequest, project_id: UUID, name: str) -> HttpResponse:
    """POST as to `module`: what adopting would do with what is ticked. Nothing is written."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    reader = Reader(project_id)
    found = plan_adoption(project_id, find_module(name, request.POST.get("version", "")), reader=reader)
    values = {"lines": lines_of(found, read_form(request.POST)), **_may(request, access)}
    return render(request, "automation/modules/lines.html", values)


@page("GET", "HEAD")
def files(request: PageRequest, project_id: UUID, name: str) -> HttpResponse:
    """GET `?version=`: the files of a module."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    reader = Reader(project_id)
    adopted = next((each for each in adopted_modules(project_id, reader=reader) if each.name == name), None)
    shown = _shown_module(adopted, name, request.GET.get("version", ""))
    if shown is None:
        raise NotFound(_("The package of this module is not at this site."))
    context = automation_context(request, access, current=f"modules/{name}", reader=reader)
    address = f"{reverse('automation:module', args=[project_id, name])}?version={shown.version}"
    values = {"module": shown, "files": file_rows(shown), "address": address}
    return render(request, "automation/modules/files.html", {**context, **values})


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
    form: AdoptionForm | None = None,
) -> HttpResponse:
    project_id = access.project.id
    reader = Reader(project_id)
    adopted = next((each for each in adopted_modules(project_id, reader=reader) if each.name == name), None)
    shown = _shown_module(adopted, name, version)
    context = automation_context(request, access, current=f"modules/{name}", reader=reader)
    sha256 = shown.sha256 if shown is not None else adopted.sha256 if adopted is not None else ""
    values: dict[str, Any] = {"adopted": adopted, "module": shown, "problem": problem, "name": name, "sha256": sha256}
    if shown is not None:
        values |= _values(project_id, shown, adopted, reader, form)
    values |= {"address": reverse("automation:module", args=[project_id, name]), **_may(request, access)}
    status = problem.status if problem is not None else 200
    return render(request, "automation/modules/module.html", {**context, **values}, status=status)


def _values(
    project_id: UUID, shown: Module, adopted: AdoptedModule | None, reader: Reader, form: AdoptionForm | None
) -> dict[str, Any]:
    is_adopted = adopted is not None and adopted.sha256 == shown.sha256 and not adopted.is_conflicted
    found = plan_adoption(project_id, shown, reader=reader, is_adopted=is_adopted)
    form = form or first_form(found)
    before = adopted.module if adopted is not None and not is_adopted else None
    is_upgrade = before is not None and before.sha256 != shown.sha256
    return {
        "plan": found,
        "form": form,
        "lines": [] if is_adopted else lines_of(found, form),
        "wishes": wish_rows(found.wishes, found.parts, found.schema),
        "relations": relation_rows(shown, found.schema),
        "rules": rule_rows(project_id, found.parts, found.schema),
        "scripts": script_rows(project_id, found.parts, is_adopted=is_adopted),
        "views": view_rows(project_id, shown, is_adopted=is_adopted),
        "upgrade": upgrade_rows(compare_versions(before, shown), reader.schema) if before and is_upgrade else None,
        "is_adopted": is_adopted,
        "others": [each for each in versions_of(shown.name) if each.sha256 != shown.sha256],
    }


def _may(request: PageRequest, access: Access) -> dict[str, Any]:
    may_own = allowed(ADOPT, role=access.role, status=Status(access.project.status))
    return {"may_own": may_own, "person": request.user.display_name, "project_id": access.project.id}


def _shown_module(adopted: AdoptedModule | None, name: str, version: str) -> Module | None:
    """The version that is asked for, the adopted one, or the newest. Raises `NotFound`."""
    if adopted is not None and version in ("", adopted.version) and (adopted.module or not version):
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
        if not name.startswith("answer:") or len(ends) != 4 or value not in ANSWERS:
            continue
        try:
            answer_suggestion(
                caller=caller,
                project_id=project_id,
                one=(ends[0], ends[1]),
                other=(ends[2], ends[3]),
                is_same=ANSWERS[str(value)],
            )
        except DomainError as refusal:
            messages.error(request, refusal.detail)
