"""Addresses of the page of a record."""

from __future__ import annotations

from typing import Final

from kernel.late import late_path

RECORD: Final = "projects/<uuid:project_id>/registers/records/<uuid:record_id>/"
_VIEWS: Final = "stages.registers.pages.record_views"
_ACTS: Final = "stages.registers.pages.record_acts"
urlpatterns = [
    late_path(RECORD, f"{_VIEWS}:record", name="record"),
    late_path(f"{RECORD}history/", f"{_VIEWS}:older", name="record_history"),
    late_path(f"{RECORD}edit/", f"{_ACTS}:edit", name="record_edit"),
    late_path(f"{RECORD}restore/", "stages.registers.pages.restoring_views:restore", name="record_restore"),
    late_path(f"{RECORD}delete/", "stages.registers.pages.deleting_views:delete_record", name="record_delete"),
    late_path(f"{RECORD}file/", "stages.registers.pages.file_views:choose_file", name="record_file"),
    late_path(f"{RECORD}file/open/", "stages.registers.pages.file_views:open_file", name="record_open_file"),
    late_path(f"{RECORD}merge/", "stages.registers.pages.merging_views:merge", name="record_merge"),
    late_path(f"{RECORD}split/", "stages.registers.pages.merging_views:split", name="record_split"),
    late_path(f"{RECORD}link/", f"{_ACTS}:link", name="record_link"),
    late_path(f"{RECORD}unlink/", f"{_ACTS}:unlink", name="record_unlink"),
    late_path(f"{RECORD}confirm/", f"{_ACTS}:confirm", name="record_confirm"),
    late_path(f"{RECORD}attach/", f"{_ACTS}:attach", name="record_attach"),
]
