"""Addresses of versions under ``/api/v1/``."""

from __future__ import annotations

from django.urls import include, path, register_converter

from drafts import api
from drafts.attachments import urls as attachments
from drafts.attachments.preview_api import PreviewView
from drafts.comments import urls as comments
from drafts.compare.api import CompareView
from drafts.exchange.api import ContentView, ExportView, VersionArchiveView
from drafts.moments import urls as moments
from drafts.readings.api import ReadFieldsView
from drafts.search import urls as search
from drafts.tasks import urls as tasks


class VersionNumber:
    """A version by its number; more digits than any project will need are no address."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class Version(VersionNumber):
    """A version by its number, or ``current``, which is None to the view."""

    regex = f"current|{VersionNumber.regex}"

    def to_python(self, value: str) -> int | None:  # type: ignore[override]
        return None if value == "current" else int(value)

    def to_url(self, value: int | None) -> str:
        return "current" if value is None else str(value)


register_converter(VersionNumber, "version_number")
register_converter(Version, "version")

of_project = [
    path("drafts/", api.DraftsView.as_view(), name="api_drafts"),
    path("drafts/<version:version>/", api.OneDraftView.as_view(), name="api_draft"),
    path("files/", api.FilesView.as_view(), name="api_files"),
    path("drafts/<version:version>/files/<path:path>", api.FileView.as_view(), name="api_file"),
    path("drafts/<version_number:version>/revert/", api.RevertView.as_view(), name="api_revert"),
    path("drafts/<version:version>/archive/", VersionArchiveView.as_view(), name="api_archive"),
    path("drafts/<version:version>/content/<path:field>", ContentView.as_view(), name="api_content"),
    path("export/", ExportView.as_view(), name="api_export"),
    path("compare/", CompareView.as_view(), name="api_compare"),
    path("compare/read/", ReadFieldsView.as_view(), name="api_read_fields"),
    path("undo/", api.UndoView.as_view(), name="api_undo"),
    path("redo/", api.RedoView.as_view(), name="api_redo"),
]
of_parts = [*comments.of_project, *tasks.of_project, *search.of_project, *moments.of_project, *attachments.of_project]
urlpatterns = [
    path("projects/<uuid:project_id>/", include([*of_project, *of_parts])),
    *attachments.urlpatterns,
    *comments.urlpatterns,
    *tasks.urlpatterns,
    path("attachments/<uuid:attachment_id>/preview/", PreviewView.as_view(), name="api_preview"),
]
