"""Addresses of a pad's history, and of who wrote what in it."""

from __future__ import annotations

from kernel.late import late_path

PAD = "projects/<uuid:project_id>/pads/<uuid:pad_id>/"
HISTORY = f"{PAD}history/"
urlpatterns = [
    late_path(HISTORY, "stages.pads.pages.history_views:history", name="history"),
    late_path(f"{HISTORY}hash/", "stages.pads.pages.history_views:log_hash", name="history_hash"),
    late_path(f"{HISTORY}restore/", "stages.pads.pages.reverting_views:restore", name="restore"),
    late_path(f"{HISTORY}take-back/", "stages.pads.pages.reverting_views:take_back", name="take_back"),
    late_path(f"{PAD}written/", "stages.pads.pages.author_views:written", name="written"),
]
