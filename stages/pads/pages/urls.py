"""Addresses of the pages of pads."""

from __future__ import annotations

from kernel.late import late_path
from stages.pads.pages.history_urls import urlpatterns as of_history

app_name = "pads"
PADS = "projects/<uuid:project_id>/pads/"
PAD = f"{PADS}<uuid:pad_id>/"
urlpatterns = [
    late_path(PADS, "stages.pads.pages.list_views:pad_list", name="list"),
    late_path(f"{PADS}new/", "stages.pads.pages.list_views:new_pad", name="new"),
    late_path(PAD, "stages.pads.pages.pad_views:pad", name="pad"),
    late_path(f"{PAD}promote/", "stages.pads.pages.promote_views:promote", name="promote"),
    late_path(f"{PAD}propose/", "stages.pads.pages.promote_views:propose", name="propose"),
    late_path(f"{PAD}ask/", "stages.pads.pages.promote_views:ask", name="ask"),
    late_path(f"{PAD}change/", "stages.pads.pages.pad_views:change", name="change"),
    late_path(f"{PAD}close/", "stages.pads.pages.pad_views:close", name="close"),
    late_path(f"{PAD}reopen/", "stages.pads.pages.pad_views:reopen", name="reopen"),
    *of_history,
]
