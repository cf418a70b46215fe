"""Addresses below ``/api/rpc/`` that name no project, without a slash at their ends."""

from __future__ import annotations

from kernel.late import late_path

_VIEWS = "stages.replication.admission.api.rpc"

urlpatterns = [
    late_path("workspace/create", f"{_VIEWS}:CreateWorkspaceView", name="api_rpc_workspace_create"),
    late_path("workspace/join", f"{_VIEWS}:JoinWorkspaceView", name="api_rpc_workspace_join"),
]
