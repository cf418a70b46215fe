"""The file of a record that lies at another site: the page that says so, and asks for it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.callers import caller_from_request
from projects.access import get_project
from stages.replication.home.named import file_named
from stages.replication.home.sites import who_may_have
from stages.replication.home.wanting import fetch_blob
from workspace.decorators import PageRequest, page
from workspace.project_frame import frame_of
from workspace.releases.views import live_data
from workspace.script_texts import script_texts


@page()
def file(request: PageRequest, project_id: UUID, blake3: str) -> HttpResponse:
    """A file by its BLAKE3: a download once it is here, until then the page that waits for it."""
    access = get_project(user=request.user, project_id=project_id)
    blob = fetch_blob(caller=caller_from_request(request), project_id=project_id, blake3=blake3)
    if blob is not None:
        return redirect("api_home_file", project_id, blake3)
    context = {
        "frame": frame_of(access, user=request.user, tab="registers"),
        "project_id": project_id,
        "file": file_named(project_id, blake3),
        "sites": who_may_have(project_id),
        "live": live_data(request, project_id) | {"texts": script_texts()},
    }
    return render(request, "replication/home/file.html", context)
