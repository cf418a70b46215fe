"""Addresses of runs under ``/api/v1/``."""

from __future__ import annotations

from kernel.late import late_path

urlpatterns = [
    late_path(
        "projects/<uuid:project_id>/profiles/",
        "stages.runs.profiles_api:ProjectProfilesView",
        name="api_project_profiles",
    ),
    late_path("profiles/", "stages.runs.profiles_api:SiteProfilesView", name="api_profiles"),
    late_path("profiles/<uuid:profile_id>/", "stages.runs.profiles_api:ProfileView", name="api_profile"),
    late_path("profiles/<uuid:profile_id>/key/", "stages.runs.profiles_api:ProfileKeyView", name="api_profile_key"),
    late_path(
        "profiles/<uuid:profile_id>/check/", "stages.runs.profiles_api:ProfileCheckView", name="api_profile_check"
    ),
    late_path(
        "projects/<uuid:project_id>/experiments/", "stages.runs.experiments_api:ExperimentsView", name="api_experiments"
    ),
    late_path("experiments/<uuid:experiment_id>/", "stages.runs.experiments_api:ExperimentView", name="api_experiment"),
    late_path(
        "experiments/<uuid:experiment_id>/messages/",
        "stages.runs.experiments_api:MessagesView",
        name="api_experiment_messages",
    ),
    late_path(
        "experiments/<uuid:experiment_id>/runs/",
        "stages.runs.experiments_api:ExperimentRunsView",
        name="api_experiment_runs",
    ),
    late_path(
        "projects/<uuid:project_id>/budget/", "stages.runs.budgets_api:ProjectBudgetView", name="api_project_budget"
    ),
    late_path(
        "projects/<uuid:project_id>/usage/", "stages.runs.budgets_api:ProjectUsageView", name="api_project_usage"
    ),
    late_path(
        "profiles/<uuid:profile_id>/budget/", "stages.runs.budgets_api:ProfileBudgetView", name="api_profile_budget"
    ),
    late_path(
        "profiles/<uuid:profile_id>/usage/", "stages.runs.budgets_api:ProfileUsageView", name="api_profile_usage"
    ),
    late_path("projects/<uuid:project_id>/costs/", "stages.runs.costs_api:ProjectCostsView", name="api_project_costs"),
    late_path(
        "experiments/<uuid:experiment_id>/costs/",
        "stages.runs.costs_api:ExperimentCostsView",
        name="api_experiment_costs",
    ),
    late_path(
        "experiments/<uuid:experiment_id>/comparison/",
        "stages.runs.comparing_api:ComparisonView",
        name="api_experiment_comparison",
    ),
    late_path(
        "experiments/<uuid:experiment_id>/results/",
        "stages.runs.results_api:ResultsView",
        name="api_experiment_results",
    ),
    late_path(
        "experiments/<uuid:experiment_id>/results/csv/",
        "stages.runs.results_api:ResultsFileView",
        name="api_experiment_results_csv",
    ),
    late_path("runs/<uuid:run_id>/", "stages.runs.runs_api:RunView", name="api_run"),
    late_path("runs/<uuid:run_id>/cancel/", "stages.runs.runs_api:CancelRunView", name="api_run_cancel"),
    late_path("runs/<uuid:run_id>/retry/", "stages.runs.runs_api:RetryRunView", name="api_run_retry"),
    late_path("runs/<uuid:run_id>/choose/", "stages.runs.runs_api:ChooseRunView", name="api_run_choose"),
    late_path("runs/<uuid:run_id>/patch/", "stages.runs.runs_api:RunPatchView", name="api_run_patch"),
    late_path("runs/<uuid:run_id>/calls/", "stages.runs.runs_api:RunCallsView", name="api_run_calls"),
    late_path(
        "runs/<uuid:run_id>/candidates/", "stages.runs.refinement_api:RunCandidatesView", name="api_run_candidates"
    ),
    late_path("runs/<uuid:run_id>/log/", "stages.runs.runs_api:RunLogView", name="api_run_log"),
]
