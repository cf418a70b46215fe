"""The tables of runs."""

from stages.runs.models.calls import Call, Purpose
from stages.runs.models.experiments import (
    Experiment,
    ExperimentKind,
    ExperimentState,
    LogKind,
    Message,
    Run,
    RunLog,
    RunStatus,
)
from stages.runs.models.meters import Meter
from stages.runs.models.profiles import ModelProfile, Secret
from stages.runs.models.pull_requests import PullRequest, PullRequestStatus
from stages.runs.models.repositories import Repository

__all__ = [
    "Call",
    "Experiment",
    "ExperimentKind",
    "ExperimentState",
    "LogKind",
    "Message",
    "Meter",
    "ModelProfile",
    "PullRequest",
    "PullRequestStatus",
    "Purpose",
    "Repository",
    "Run",
    "RunLog",
    "RunStatus",
    "Secret",
]
