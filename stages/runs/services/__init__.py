"""The writes of runs."""

from stages.runs.services.budgets import set_budget
from stages.runs.services.calling import append_log, begin_call, end_call
from stages.runs.services.choosing import choose_run
from stages.runs.services.evaluations import create_evaluation
from stages.runs.services.experiments import archive_experiment, create_experiment, post_message, restore_experiment
from stages.runs.services.key_requests import request_key
from stages.runs.services.profiles import create_profile, disable_profile, replace_key, update_profile
from stages.runs.services.pull_requests import (
    choose_and_open,
    open_pull_request,
    sync_pull_request,
    update_pull_request,
)
from stages.runs.services.questions import (
    ask_further,
    cancel_runs,
    start_evaluation,
    start_experiment,
    start_refinement,
)
from stages.runs.services.refinements import create_refinement
from stages.runs.services.repositories import (
    connect_repository,
    refresh_repository,
    remove_repository,
    replace_token,
    update_repository,
)
from stages.runs.services.starting import cancel_run, retry_run, start_runs
from stages.runs.services.working import claim_run, finish_run, requeue_run

__all__ = [
    "append_log",
    "archive_experiment",
    "ask_further",
    "begin_call",
    "cancel_run",
    "cancel_runs",
    "choose_and_open",
    "choose_run",
    "claim_run",
    "connect_repository",
    "create_evaluation",
    "create_experiment",
    "create_profile",
    "create_refinement",
    "disable_profile",
    "end_call",
    "finish_run",
    "open_pull_request",
    "post_message",
    "refresh_repository",
    "remove_repository",
    "replace_key",
    "replace_token",
    "request_key",
    "requeue_run",
    "restore_experiment",
    "retry_run",
    "set_budget",
    "start_evaluation",
    "start_experiment",
    "start_refinement",
    "start_runs",
    "sync_pull_request",
    "update_profile",
    "update_pull_request",
    "update_repository",
]
