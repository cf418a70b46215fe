"""The checklist of a project."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from drafts.tasks import serializers as shapes
from drafts.tasks import services
from drafts.tasks.models import Task
from kernel.errors import ValidationFailed
from projects.rest import ProjectView
from rest.pagination import page
from rest.queries import query_text
from rest.schema import operation, page_of

DONE = OpenApiParameter("done", bool, description="Only completed tasks, or only open ones.")


class TasksView(ProjectView):
    write_action = "task.write"

    @operation("tasks_list", answer=page_of(shapes.TaskInfo), parameters=[DONE], paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List the tasks, oldest first."""
        tasks = Task.objects.of_project(self.access().project.id).with_people()
        done = query_text(request, "done")
        if done not in {None, "true", "false"}:
            raise ValidationFailed({"done": [_("Must be true or false.")]})
        if done is not None:
            tasks = tasks.done(done == "true")
        return self.answer(page(request, tasks, Task.body, newest_first=False))

    @operation("tasks_create", takes=shapes.NewTask, answer=shapes.TaskInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Add a task."""
        task = services.create_task(caller=self.caller(), project_id=project_id, **self.body(shapes.NewTask))
        return self.answer(task.body(), 200 if task.repeated else 201)


class OneTaskView(ProjectView):
    write_action = "task.write"

    @property
    def project_id(self) -> UUID:
        return services.visible_task(user=self.user(), task_id=self.kwargs["task_id"]).project_id

    @operation("tasks_read", answer=shapes.TaskInfo)
    def get(self, request: Request, task_id: UUID) -> HttpResponseBase:
        """Get one task."""
        self.access()
        return self.answer(Task.objects.with_people().get(pk=task_id).body())

    @operation("tasks_change", takes=shapes.ChangedTask, answer=shapes.TaskInfo)
    def patch(self, request: Request, task_id: UUID) -> HttpResponseBase:
        """Change the text or the assignee of a task; complete or reopen it."""
        return self.answer(
            services.change_task(caller=self.caller(), task_id=task_id, **self.body(shapes.ChangedTask)).body()
        )
