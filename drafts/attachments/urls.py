"""Addresses of attachments and uploads under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path, register_converter

from drafts.attachments import api, uploads_api


class ContentHash:
    """A SHA-256 or a BLAKE3, in bare lowercase hex."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ContentHash, "content_hash")

of_project = [
    path("uploads/", uploads_api.UploadsView.as_view(), name="api_uploads"),
    path("attachments/", api.AttachmentsView.as_view(), name="api_attachments"),
    path("blobs/<content_hash:content_hash>/", api.BlobView.as_view(), name="api_blob"),
]
urlpatterns = [
    path("uploads/<uuid:upload_id>/", uploads_api.OneUploadView.as_view(), name="api_upload"),
    path("attachments/<uuid:attachment_id>/", api.OneAttachmentView.as_view(), name="api_attachment"),
    path("attachments/<uuid:attachment_id>/content/", api.ContentView.as_view(), name="api_attachment_content"),
    path("attachments/<uuid:attachment_id>/remove/", api.RemoveView.as_view(), name="api_attachment_remove"),
]
