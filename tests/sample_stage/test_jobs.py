"""A stage's job is queued in the transaction of a checkpoint, and the worker knows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.callers import foundry_caller
from accounts.models import User
from audit.checkpoints.services import make_checkpoint
from projects.models import Project
from tests.sample_stage.jobs import AT_CHECKPOINT, remind
from tests.sample_stage.models import Note
from tests.sample_stage.services import add_note


@pytest.mark.django_db
def test_a_step_at_a_checkpoint_queues_a_job_that_can_be_repeated(
    project: Project, editor: User, caller_for: Callable[..., Any]
):
    add_note(caller=caller_for(editor), project_id=project.id, text=AT_CHECKPOINT)
    checkpoint = make_checkpoint(caller=foundry_caller())
    assert checkpoint is not None

    job = ProcrastinateJob.objects.get(task_name=remind.name)
    assert job.args == {"project_id": str(project.id), "number": checkpoint.number}
    for _ in range(2):
        app.tasks[job.task_name](**job.args)

    note = Note._default_manager.get(project=project, text=f"Checkpoint {checkpoint.number} was made")
    assert note.created_by == User.objects.foundry()
