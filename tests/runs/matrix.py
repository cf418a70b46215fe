"""Rows of the permission matrix: models, experiments and runs. Those in each place are the owner's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.callers import Caller
from projects.models import Project
from stages.runs.models import Experiment, ModelProfile, PullRequest, Repository, Run
from stages.runs.services import create_experiment, create_profile, set_budget, start_runs, update_repository
from stages.runs.services.pull_requests import open_pull_request
from tests.matrix import NOT_ARCHIVED, OTHER, OWNERS, REVIEWERS, WRITERS, Row, SiteRow
from tests.runs.changes import changed, changing
from tests.runs.git_server import connected

NAME = "house"
ECHO = {"name": "second", "provider": "echo"}
PROFILE = "/api/v1/profiles/{profile}/"
REPOSITORY = "/api/v1/repositories/{repository}/"
SHORT = {"token": "x"}
INSIDE = {"url": "https://10.0.0.1/acme/prompts"}
CHANGE = "/api/v1/runs/{change}/pull-request/"
PULL_REQUEST = "/api/v1/pull-requests/{pull_request}/"
EXPERIMENT = "/api/v1/experiments/{experiment}/"
TASK = "/tasks/{experiment}/"
RUN = "/api/v1/runs/{run}/"
QUESTION: dict[str, Any] = {"title": "Shorter answers", "text": "How long is the wash-out?"}
BUDGET: dict[str, Any] = {"monthly_limit": 1_000_000, "max_open_calls": 2, "calls_per_minute": None}
ANOTHER_MODEL = {"profile_ids": [OTHER]}
REST = (
    Row("api_project_profiles", "GET", "profiles/", 200),
    Row("api_project_profiles", "POST", "profiles/", 201, OWNERS, NOT_ARCHIVED, ECHO),
    Row("api_profile", "GET", PROFILE, 200),
    Row("api_profile", "PATCH", PROFILE, 200, OWNERS, NOT_ARCHIVED, {"display_name": "The house model"}),
    Row("api_profile_key", "PUT", PROFILE + "key/", "validation_failed", OWNERS, NOT_ARCHIVED, {"key": "sk-abc"}),
    Row("api_profile_check", "POST", PROFILE + "check/", 200, OWNERS, NOT_ARCHIVED),
    Row("api_repositories", "GET", "repositories/", 200),
    Row("api_repositories", "POST", "repositories/", "validation_failed", OWNERS, NOT_ARCHIVED, INSIDE),
    Row("api_repository", "GET", REPOSITORY, 200),
    Row("api_repository", "PATCH", REPOSITORY, 200, OWNERS, NOT_ARCHIVED, {"allows": [".gitmodules"]}),
    Row("api_repository", "DELETE", REPOSITORY, 200, OWNERS, NOT_ARCHIVED),
    Row("api_repository_token", "PUT", REPOSITORY + "token/", "validation_failed", OWNERS, NOT_ARCHIVED, SHORT),
    # Its server is not there any more.
    Row("api_repository_refresh", "POST", REPOSITORY + "refresh/", "validation_failed", REVIEWERS, NOT_ARCHIVED),
    Row("api_pull_requests", "GET", "pull-requests/", 200),
    Row("api_run_pull_request", "GET", CHANGE, 200),
    Row("api_run_pull_request", "POST", CHANGE, 202, WRITERS, NOT_ARCHIVED),
    Row("api_task_prs", "POST", "/tasks/{changing}/prs", 201, WRITERS, NOT_ARCHIVED, {"run_id": "{change}"}),
    Row("api_pull_request", "GET", PULL_REQUEST, 200),
    # It waits for a runner.
    Row("api_pull_request_update", "POST", PULL_REQUEST + "update/", "conflict", WRITERS, NOT_ARCHIVED),
    Row("api_pull_request_sync", "POST", PULL_REQUEST + "sync/", "conflict", WRITERS, NOT_ARCHIVED),
    Row("api_experiments", "GET", "experiments/", 200),
    Row("api_experiments", "POST", "experiments/", 201, REVIEWERS, NOT_ARCHIVED, QUESTION),
    Row("api_experiment", "GET", EXPERIMENT, 200),
    # A run of it is under way.
    Row("api_experiment", "PATCH", EXPERIMENT, "conflict", REVIEWERS, NOT_ARCHIVED, {"state": "archived"}),
    Row("api_experiment_messages", "GET", EXPERIMENT + "messages/", 200),
    Row("api_experiment_messages", "POST", EXPERIMENT + "messages/", 201, REVIEWERS, NOT_ARCHIVED, {"text": "Why?"}),
    Row("api_experiment_runs", "GET", EXPERIMENT + "runs/", 200),
    Row("api_experiment_runs", "POST", EXPERIMENT + "runs/", "not_found", REVIEWERS, NOT_ARCHIVED, ANOTHER_MODEL),
    Row(
        "api_task_runs",
        "POST",
        "/tasks/{experiment}/runs",
        "not_found",
        REVIEWERS,
        NOT_ARCHIVED,
        {"model_ids": [OTHER]},
    ),
    Row("api_project_budget", "GET", "budget/", 200),
    Row("api_project_budget", "PUT", "budget/", 200, OWNERS, NOT_ARCHIVED, BUDGET),
    Row("api_project_usage", "GET", "usage/", 200),
    Row("api_profile_budget", "GET", PROFILE + "budget/", 200),
    Row("api_profile_budget", "PUT", PROFILE + "budget/", 200, OWNERS, NOT_ARCHIVED, BUDGET),
    Row("api_profile_usage", "GET", PROFILE + "usage/", 200),
    Row("api_project_costs", "POST", "costs/", 200, REVIEWERS, NOT_ARCHIVED, {"text": "Why?"}),
    Row("api_experiment_costs", "POST", EXPERIMENT + "costs/", 200, REVIEWERS, NOT_ARCHIVED, {"text": "Why?"}),
    # It is no evaluation.
    Row("api_experiment_results", "GET", EXPERIMENT + "results/", "validation_failed"),
    Row("api_experiment_results_csv", "GET", EXPERIMENT + "results/csv/", "validation_failed"),
    Row("api_run", "GET", RUN, 200),
    Row("api_run_cancel", "POST", RUN + "cancel/", 200, WRITERS),
    Row("api_run_retry", "POST", RUN + "retry/", "conflict", REVIEWERS, NOT_ARCHIVED),
    # It waits.
    Row("api_run_choose", "POST", RUN + "choose/", "conflict", REVIEWERS, NOT_ARCHIVED),
    Row("api_run_patch", "GET", RUN + "patch/", 200),
    Row("api_experiment_comparison", "GET", EXPERIMENT + "comparison/?runs=", "validation_failed"),
    Row("api_run_calls", "GET", RUN + "calls/", 200),
    # It does not refine.
    Row("api_run_candidates", "GET", RUN + "candidates/", "validation_failed"),
    Row("api_run_log", "GET", RUN + "log/", 200),
)
SITE_REST = (
    SiteRow("api_profiles", "GET", "/api/v1/profiles/", 200),
    # The request has no body.
    SiteRow("api_profiles", "POST", "/api/v1/profiles/", "validation_failed", may=("administrator",)),
)
MODEL = "settings/models/{profile}/"
REPOSITORY_PAGE = "settings/repositories/{repository}/"
MANAGE = (OWNERS, NOT_ARCHIVED)
LIMITS = {"token_limit": "100", "input_price": "3", "output_price": "15"}
PAGE = "runs/{experiment}/"
RUN_PAGE = "runs/run/{run}/"
REQUEST_PAGE = "runs/pull-requests/{pull_request}/"
PAGES = (
    Row("runs:list", "GET", "runs/", 200),
    Row("runs:experiment", "GET", PAGE, 200),
    # No model is chosen.
    Row("runs:experiment", "POST", PAGE, 400, REVIEWERS, NOT_ARCHIVED, {"text": "Why?"}),
    Row("runs:compare", "GET", PAGE + "compare/", 200),
    # It does not refine, and has not succeeded.
    Row("runs:refine_progress", "GET", RUN_PAGE + "progress/", 400),
    Row("runs:propose", "POST", RUN_PAGE + "propose/", "project_frozen", REVIEWERS, NOT_ARCHIVED),
    # The run has not succeeded.
    Row("runs:compare", "POST", PAGE + "compare/?run={run}", "not_found", REVIEWERS, NOT_ARCHIVED, {"chosen": "x"}),
    Row("runs:compare_fold", "GET", PAGE + "compare/fold/?run={run}&old=1&new=1&count=1", 200),
    Row("runs:log", "GET", PAGE + "log/", 200),
    Row("runs:answer", "GET", RUN_PAGE + "answer/", 200),
    Row("runs:pull_requests", "GET", "runs/pull-requests/", 200),
    # It waits for a runner.
    Row("runs:sync_pull_request", "POST", REQUEST_PAGE + "sync/", "project_frozen", WRITERS, NOT_ARCHIVED),
    Row("runs:update_pull_request", "POST", REQUEST_PAGE + "update/", 302, WRITERS, NOT_ARCHIVED),
    # It waits.
    Row("runs:choose", "POST", RUN_PAGE + "choose/", "project_frozen", REVIEWERS, NOT_ARCHIVED),
    # It is no evaluation.
    Row("runs:results", "GET", PAGE + "results/", "not_found"),
    Row("runs:result_cells", "GET", PAGE + "results/cells/", 200),
    Row("runs:results_file", "GET", PAGE + "results/csv/", "not_found"),
    Row("runs:stop_all", "POST", PAGE + "stop/", 302, WRITERS),
    Row("runs:stop", "POST", RUN_PAGE + "stop/", 302, WRITERS),
    # It has not failed: a conflict, which pages answer as they do for a frozen project.
    Row("runs:ask_key", "POST", RUN_PAGE + "ask-key/", "project_frozen", REVIEWERS, NOT_ARCHIVED),
    Row("runs:retry", "POST", RUN_PAGE + "retry/", "project_frozen", REVIEWERS, NOT_ARCHIVED),
    Row("runs:new", "GET", "runs/new/", 200, REVIEWERS, NOT_ARCHIVED),
    # No model is chosen.
    Row("runs:new", "POST", "runs/new/", 400, REVIEWERS, NOT_ARCHIVED, {"text": "Why?"}),
    Row("runs:try", "GET", "runs/try/", 200),
    Row("runs:try", "POST", "runs/try/", 400, REVIEWERS, NOT_ARCHIVED, {"text": "Why?"}),
    Row("runs:try_answers", "GET", "runs/try/{experiment}/", 200),
    Row("runs:new_model", "GET", "settings/models/new/", 200, *MANAGE),
    Row("runs:new_model", "POST", "settings/models/new/", 302, *MANAGE, {**ECHO, **LIMITS}),
    Row("runs:model", "GET", MODEL, 200, *MANAGE),
    Row("runs:model", "POST", MODEL, 302, *MANAGE, {"display_name": "The house model", **LIMITS}),
    Row("runs:model_key", "GET", MODEL + "key/", 200, *MANAGE),
    # The built-in echo takes no key.
    Row("runs:model_key", "POST", MODEL + "key/", 400, *MANAGE, {"key": "sk-abc"}),
    Row("runs:limits", "GET", "settings/models/limits/", 200, *MANAGE),
    Row("runs:limits", "POST", "settings/models/limits/", 302, *MANAGE, {"monthly_limit": "20"}),
    Row("runs:model_limits", "GET", MODEL + "limits/", 200, *MANAGE),
    Row("runs:model_limits", "POST", MODEL + "limits/", 302, *MANAGE, {"calls_per_minute": "60"}),
    Row("runs:enable_model", "POST", MODEL + "enabled/", 302, *MANAGE, {"enabled": "yes"}),
    Row("runs:check_model", "POST", MODEL + "check/", 200, *MANAGE),
    Row("runs:new_repository", "GET", "settings/repositories/new/", 200, *MANAGE),
    # It is inside.
    Row("runs:new_repository", "POST", "settings/repositories/new/", 400, *MANAGE, INSIDE),
    Row("runs:repository", "GET", REPOSITORY_PAGE, 200, *MANAGE),
    Row("runs:repository", "POST", REPOSITORY_PAGE, 302, *MANAGE, {"allows": ".gitmodules"}),
    Row("runs:repository_token", "GET", REPOSITORY_PAGE + "token/", 200, *MANAGE),
    # It is too short.
    Row("runs:repository_token", "POST", REPOSITORY_PAGE + "token/", 400, *MANAGE, SHORT),
    # Its server is not there any more.
    Row("runs:refresh_repository", "POST", REPOSITORY_PAGE + "refresh/", 400, REVIEWERS, NOT_ARCHIVED),
    Row("runs:remove_repository", "GET", REPOSITORY_PAGE + "remove/", 200, *MANAGE),
    Row("runs:remove_repository", "POST", REPOSITORY_PAGE + "remove/", 302, *MANAGE),
)
SITE_MODEL = f"/models/{OTHER}/"
ADMINISTRATORS: dict[str, Any] = {"may": ("administrator",)}
SITE_PAGES = (
    SiteRow("runs:site_models", "GET", "/models/", 200, **ADMINISTRATORS),
    SiteRow("runs:new_site_model", "GET", "/models/new/", 200, **ADMINISTRATORS),
    # The request has no body.
    SiteRow("runs:new_site_model", "POST", "/models/new/", 400, **ADMINISTRATORS),
    SiteRow("runs:site_model", "GET", SITE_MODEL, "not_found", **ADMINISTRATORS),
    SiteRow("runs:site_model", "POST", SITE_MODEL, "not_found", **ADMINISTRATORS),
    SiteRow("runs:site_model_key", "GET", SITE_MODEL + "key/", "not_found", **ADMINISTRATORS),
    SiteRow("runs:site_model_key", "POST", SITE_MODEL + "key/", "not_found", **ADMINISTRATORS),
    SiteRow("runs:site_model_limits", "GET", SITE_MODEL + "limits/", "not_found", **ADMINISTRATORS),
    SiteRow("runs:site_model_limits", "POST", SITE_MODEL + "limits/", "not_found", **ADMINISTRATORS),
    SiteRow("runs:enable_site_model", "POST", SITE_MODEL + "enabled/", "not_found", **ADMINISTRATORS),
    SiteRow("runs:check_site_model", "POST", SITE_MODEL + "check/", "not_found", **ADMINISTRATORS),
)
SHORTCUTS = ("new-experiment", *(f"choose-run-{n}" for n in range(1, 5)))
BUDGETED_PAGES = {
    "runs:list": "…runs/",
    "runs:new": "…runs/new/",
    "runs:pull_requests": "…runs/pull-requests/",
    "runs:try": "…runs/try/",
    "runs:new_model": "…settings/models/new/",
    "runs:limits": "…settings/models/limits/",
    "runs:new_repository": "…settings/repositories/new/",
}
# They need a model of the project, or an administrator.
NO_PAGES = (
    "runs:try_answers",
    *("runs:model", "runs:model_key", "runs:enable_model", "runs:check_model", "runs:site_models"),
    *("runs:new_site_model", "runs:site_model", "runs:site_model_key", "runs:enable_site_model"),
    *("runs:check_site_model", "runs:model_limits", "runs:site_model_limits"),
    *("runs:results", "runs:results_file", "runs:result_cells", "runs:refine_progress", "runs:propose"),
    *("runs:choose", "runs:sync_pull_request", "runs:update_pull_request"),
    *("runs:repository", "runs:repository_token", "runs:refresh_repository", "runs:remove_repository"),
    # The page of an experiment has its budget in `test_experiment_page.py`.
    *("runs:answer", "runs:ask_key", "runs:retry"),
    *("runs:experiment", "runs:compare", "runs:compare_fold", "runs:log", "runs:stop_all", "runs:stop"),
)


def furnish(project: Project, caller: Caller) -> None:
    """One model of the project, asked once, and a repository; no runner answers."""
    profile = create_profile(caller=caller, project_id=project.id, name=NAME, provider="echo")
    repository = connected(caller, project.id)
    change = changed(caller, changing(caller, repository), profile)
    open_pull_request(caller=caller, run_id=change.id)
    experiment = create_experiment(caller=caller, project_id=project.id, **QUESTION)
    start_runs(caller=caller, experiment_id=experiment.id, profile_ids=[profile.id])


def things_in(project: Project) -> dict[str, UUID]:
    """The ids of that model, its experiment and its run."""
    rows = {
        "profile": ModelProfile.objects.filter(project=project, name=NAME),
        "repository": Repository.objects.filter(project=project),
        "experiment": Experiment.objects.filter(project=project, kind="try"),
        "run": Run.objects.filter(project=project, experiment__kind="try"),
        "changing": Experiment.objects.filter(project=project, kind="change"),
        "change": Run.objects.filter(project=project, pull_requests__isnull=False),
        "pull_request": PullRequest.objects.filter(project=project),
    }
    first = {name: found.order_by("id").values_list("id", flat=True).first() for name, found in rows.items()}
    return {name: identity for name, identity in first.items() if identity is not None}


def _adding(world: Any) -> Any:
    return lambda caller: create_profile(caller=caller, project_id=world.id, name="third", provider="echo")


def _allowing(world: Any) -> Any:
    repository = connected(world.owner, world.id)
    return lambda caller: update_repository(caller=caller, repository_id=repository.id, allows=[".gitmodules"])


def _requesting(world: Any) -> Any:
    repository = connected(world.owner, world.id)
    profile = create_profile(caller=world.owner, project_id=world.id, name="echo", provider="echo")
    run = changed(world.owner, changing(world.owner, repository), profile)
    return lambda caller: open_pull_request(caller=caller, run_id=run.id)


def _asking(world: Any) -> Any:
    return lambda caller: create_experiment(caller=caller, project_id=world.id, **QUESTION)


def _limiting(world: Any) -> Any:
    return lambda caller: set_budget(caller=caller, project_id=world.id, **BUDGET)


REPEATS = (
    ("profile.manage", _adding),
    ("repository.manage", _allowing),
    ("pull_request.write", _requesting),
    ("run.budget", _limiting),
    ("run.start", _asking),
)
NO_WRITES = ("run.cancel", "run.cancel_others")
