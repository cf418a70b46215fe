"""Addresses of runs under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from stages.runs import (
    budgets_api,
    comparing_api,
    costs_api,
    experiments_api,
    profiles_api,
    refinement_api,
    results_api,
    runs_api,
)

urlpatterns = [
    path(
        "projects/<uuid:project_id>/profiles/", profiles_api.ProjectProfilesView.as_view(), name="api_project_profiles"
    ),
    path("profiles/", profiles_api.SiteProfilesView.as_view(), name="api_profiles"),
    path("profiles/<uuid:profile_id>/", profiles_api.ProfileView.as_view(), name="api_profile"),
    path("profiles/<uuid:profile_id>/key/", profiles_api.ProfileKeyView.as_view(), name="api_profile_key"),
    path("profiles/<uuid:profile_id>/check/", profiles_api.ProfileCheckView.as_view(), name="api_profile_check"),
    path("projects/<uuid:project_id>/experiments/", experiments_api.ExperimentsView.as_view(), name="api_experiments"),
    path("experiments/<uuid:experiment_id>/", experiments_api.ExperimentView.as_view(), name="api_experiment"),
    path(
        "experiments/<uuid:experiment_id>/messages/",
        experiments_api.MessagesView.as_view(),
        name="api_experiment_messages",
    ),
    path(
        "experiments/<uuid:experiment_id>/runs/",
        experiments_api.ExperimentRunsView.as_view(),
        name="api_experiment_runs",
    ),
    path("projects/<uuid:project_id>/budget/", budgets_api.ProjectBudgetView.as_view(), name="api_project_budget"),
    path("projects/<uuid:project_id>/usage/", budgets_api.ProjectUsageView.as_view(), name="api_project_usage"),
    path("profiles/<uuid:profile_id>/budget/", budgets_api.ProfileBudgetView.as_view(), name="api_profile_budget"),
    path("profiles/<uuid:profile_id>/usage/", budgets_api.ProfileUsageView.as_view(), name="api_profile_usage"),
    path("projects/<uuid:project_id>/costs/", costs_api.ProjectCostsView.as_view(), name="api_project_costs"),
    path(
        "experiments/<uuid:experiment_id>/costs/",
        costs_api.ExperimentCostsView.as_view(),
        name="api_experiment_costs",
    ),
    path(
        "experiments/<uuid:experiment_id>/comparison/",
        comparing_api.ComparisonView.as_view(),
        name="api_experiment_comparison",
    ),
    path("experiments/<uuid:experiment_id>/results/", results_api.ResultsView.as_view(), name="api_experiment_results"),
    path(
        "experiments/<uuid:experiment_id>/results/csv/",
        results_api.ResultsFileView.as_view(),
        name="api_experiment_results_csv",
    ),
    path("runs/<uuid:run_id>/", runs_api.RunView.as_view(), name="api_run"),
    path("runs/<uuid:run_id>/cancel/", runs_api.CancelRunView.as_view(), name="api_run_cancel"),
    path("runs/<uuid:run_id>/retry/", runs_api.RetryRunView.as_view(), name="api_run_retry"),
    path("runs/<uuid:run_id>/choose/", runs_api.ChooseRunView.as_view(), name="api_run_choose"),
    path("runs/<uuid:run_id>/patch/", runs_api.RunPatchView.as_view(), name="api_run_patch"),
    path("runs/<uuid:run_id>/calls/", runs_api.RunCallsView.as_view(), name="api_run_calls"),
    path("runs/<uuid:run_id>/candidates/", refinement_api.RunCandidatesView.as_view(), name="api_run_candidates"),
    path("runs/<uuid:run_id>/log/", runs_api.RunLogView.as_view(), name="api_run_log"),
]
