"""A new experiment: its question, what it is about, and the models to ask."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.callers import caller_from_request
from drafts.models import Draft
from kernel.errors import Conflict, NotFound, PayloadTooLarge, ValidationFailed
from projects.access import Access, get_project
from projects.permissions import may
from stages.runs import services
from stages.runs.models import Experiment, ExperimentKind, Repository
from stages.runs.models.experiments import MAX_TITLE
from stages.runs.pages.composing import Composer, new_composer, typed_text
from stages.runs.pages.fixing import fix_question
from stages.runs.pages.new_refining import refine_form
from stages.runs.pages.new_suites import suite_form
from stages.runs.pages.presentation import KIND_LABELS, commit_words
from stages.runs.pages.texts import experiment_texts
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text
from workspace.project_frame import frame_of
from workspace.query_numbers import query_number
from workspace.releases.views import live_data

# Versions that the form offers; another one is asked about from its own page.
MAX_VERSIONS: Final = 50
KINDS: Final = (
    (ExperimentKind.TRY.value, gettext_lazy("The models answer the question.")),
    (ExperimentKind.CHANGE.value, gettext_lazy("Each model proposes a change of the texts; you choose one.")),
    (
        ExperimentKind.EVALUATE.value,
        gettext_lazy("The models of a suite answer its cases; its graders say which answers pass."),
    ),
    (ExperimentKind.REFINE.value, gettext_lazy("A model improves the prompt by a suite; you get the best one.")),
)


@page("GET", "HEAD", "POST")
def new_experiment(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?version=&text=&kind=&suite=`: the form. POST, with `profile`…, `repository` or `suite`: ask, go there.

    GET `?fix=<evaluation>&baseline=<evaluation>`: the form, filled in with what regressed.
    """
    access = get_project(user=request.user, project_id=project_id, action="run.start")
    if request.method != "POST":
        return _form(request, access, _filled(project_id, request.GET))
    try:
        made = _start(request, project_id)
    except (ValidationFailed, Conflict, NotFound, PayloadTooLarge) as refusal:
        return _form(request, access, request.POST, refusal)
    return redirect("runs:experiment", project_id=project_id, experiment_id=made.id)


def _filled(project_id: UUID, query: QueryDict) -> QueryDict:
    """What the form is opened with."""
    if "fix" not in query:
        return query
    question = fix_question(project_id, query.get("fix", ""), query.get("baseline", ""))
    filled = query.copy()
    filled["kind"], filled["version"] = ExperimentKind.CHANGE.value, str(question.version)
    filled["title"], filled["text"] = question.title, question.text
    return filled


def _start(request: PageRequest, project_id: UUID) -> Experiment:
    """Ask what the form says. Raises as the services do."""
    typed = request.POST
    given: dict[str, Any] = {
        "caller": caller_from_request(request),
        "project_id": project_id,
        "title": typed.get("title", ""),
        "version": query_number(typed, "version"),
    }
    kind = typed.get("kind") or ExperimentKind.TRY.value
    if kind == ExperimentKind.EVALUATE:
        return services.start_evaluation(suite=typed.get("suite", ""), **given)
    if kind == ExperimentKind.REFINE:
        return services.start_refinement(
            suite=typed.get("suite", ""),
            field=typed.get("field", ""),
            models=typed.getlist("measured"),
            max_calls=query_number(typed, "max_calls") or 0,
            held_out=query_number(typed, "held_out") or 0,
            profile_ids=chosen_models(typed),
            **given,
        )
    if not typed.get("text", "").strip():
        raise ValidationFailed({"text": [_("Write a question.")]})
    # Only a change can be about a repository; the choice is hidden otherwise.
    repository_id = _identity(typed.get("repository", "")) if kind == ExperimentKind.CHANGE else None
    if repository_id is not None:
        given |= {"version": None, "repository_id": repository_id}
    text = typed_text(typed)
    return services.start_experiment(kind=kind, text=text, profile_ids=chosen_models(typed), **given)


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise ValidationFailed({"repository": [_("Must be the id of a repository.")]}) from None


def _form(
    request: PageRequest,
    access: Access,
    typed: QueryDict,
    refusal: ValidationFailed | Conflict | NotFound | PayloadTooLarge | None = None,
) -> HttpResponse:
    project = access.project
    drafts = Draft.objects.of_project(project.id).values_list("version_number", flat=True)
    versions = list(drafts.order_by("-version_number")[:MAX_VERSIONS])
    version = query_number(typed, "version")
    if version is not None and version not in versions and drafts.filter(version_number=version).exists():
        versions.append(version)
    live = live_data(request, project.id)
    shown = version if version in versions else versions[0] if versions else None
    draft = Draft.objects.of_project(project.id).filter(version_number=shown).first() if shown is not None else None
    repositories = Repository.objects.filter(project=project, is_connected=True)
    suites = suite_form(draft, typed.get("suite", ""))
    context: dict[str, Any] = {
        "frame": frame_of(access, user=request.user, tab="runs"),
        "project_id": project.id,
        "composer": _composer(project.id, typed, version if version in versions else None, is_new=refusal is None),
        "kinds": [(value, KIND_LABELS[value], hint) for value, hint in KINDS],
        "kind": typed.get("kind") or ExperimentKind.TRY.value,
        "title": typed.get("title", ""),
        "max_title": MAX_TITLE,
        "versions": versions,
        "version": shown,
        "suites": suites,
        "refine": refine_form(draft, suites, typed),
        "repositories": [(str(each.id), commit_words(each, each.latest_commit)) for each in repositories],
        "repository": typed.get("repository", ""),
        "errors": refusal.errors if isinstance(refusal, ValidationFailed) else {},
        "problem": refusal_text(refusal) if refusal is not None else "",
        "may_manage": may("profile.manage", role=access.role),
        "live": {**live, "texts": {**live["texts"], **experiment_texts()}},
    }
    return render(request, "runs/new.html", context, status=refusal.status if refusal is not None else 200)


def _composer(project_id: UUID, typed: QueryDict, version: int | None, *, is_new: bool) -> Composer:
    """The models and what they cost; in a form that opens, those are chosen that were asked last."""
    chosen = None if is_new and "profile" not in typed else ticked_models(typed)
    kind = typed.get("kind") or ExperimentKind.TRY.value
    known = [str(each) for each in Repository.objects.filter(project=project_id).values_list("pk", flat=True)]
    named = typed.get("repository", "") if kind == ExperimentKind.CHANGE else ""
    repository_id = UUID(named) if named in known else None
    return new_composer(
        project_id,
        text=typed.get("text", ""),
        version=version,
        kind=kind,
        repository_id=repository_id,
        chosen=chosen,
    )


def chosen_models(post: QueryDict) -> list[UUID]:
    """The models that a form names. Raises `ValidationFailed` for what is no id."""
    try:
        return [UUID(each) for each in post.getlist("profile")]
    except ValueError:
        raise ValidationFailed({"profile_ids": [_("Must be ids of models.")]}) from None


def ticked_models(typed: QueryDict) -> set[UUID]:
    """As `chosen_models`, for showing a form again: what is no id is left out."""
    found = set()
    for each in typed.getlist("profile"):
        try:
            found.add(UUID(each))
        except ValueError:
            continue
    return found
