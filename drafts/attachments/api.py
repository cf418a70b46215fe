"""Attachments: adding, listing, downloading, removing. Access is asked each time, whatever a client has already."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from drafts.attachments import serializers as shapes
from drafts.attachments import services
from drafts.attachments.media_types import MEDIA_TYPES
from drafts.attachments.models import MAX_TYPE, Attachment
from drafts.attachments.sending import send
from drafts.attachments.services.removing import sees_removed, visible_attachment
from kernel.errors import NotFound, PermissionDenied, ValidationFailed
from projects.access import Access, get_project
from projects.rest import ProjectView
from projects.serializers import Reason
from rest.pagination import page
from rest.queries import query_text
from rest.schema import operation, page_of

SUBJECT_TYPE = OpenApiParameter("subject_type", str, description="Only on this kind of thing; with `subject_id`.")
SUBJECT_ID = OpenApiParameter("subject_id", OpenApiTypes.UUID, description="Only on this one.")
REMOVED = OpenApiParameter("removed", bool, description="Also those that were removed; for owners and auditors.")
RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One range of bytes.")
IF_RANGE = OpenApiParameter("If-Range", str, OpenApiParameter.HEADER, description="The ETag that the range is of.")
HASH = OpenApiParameter(
    "content_hash",
    {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    OpenApiParameter.PATH,
    description="The SHA-256 or the BLAKE3 of a file.",
)
FILE = OpenApiResponse(OpenApiTypes.BINARY, "The bytes. `ETag` is their SHA-256.")
TYPES = sorted(MEDIA_TYPES)
IN_RANGES: dict[int, OpenApiResponse] = {
    206: OpenApiResponse(OpenApiTypes.BINARY, "The range."),
    416: OpenApiResponse(description="The file has no such range; `Content-Range` says its size."),
}


class AttachmentsView(ProjectView):
    write_action = "attachment.add"

    @operation(
        "attachments_list",
        answer=page_of(shapes.AttachmentInfo),
        parameters=[SUBJECT_TYPE, SUBJECT_ID, REMOVED],
        paged=True,
    )
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List the attachments of the project, or of one thing in it, oldest first."""
        access = self.access()
        found = Attachment.objects.visible_to(self.user(), removed=_wants_removed(self, access))
        found = found.filter(project=project_id).with_facts()
        subject_type = query_text(request, "subject_type", maximum=MAX_TYPE)
        subject_id = query_text(request, "subject_id", maximum=36)
        if subject_type is not None:
            found = found.filter(subject_type=subject_type)
        if subject_id is not None:
            found = found.filter(subject_id=_uuid(subject_id))
        return self.answer(page(request, found, Attachment.body, newest_first=False))

    @operation(
        "attachments_create",
        takes=shapes.NewAttachment,
        answer=shapes.AttachmentInfo,
        status=201,
        repeatable=True,
    )
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Make a whole upload an attachment of the project, or of a version, comment or proposal in it."""
        given = self.body(shapes.NewAttachment)
        subject = given["subject"]
        attachment = services.attach_file(
            caller=self.caller(),
            project_id=project_id,
            upload_id=given["upload"],
            subject_type=subject["type"],
            subject_id=subject["id"],
            name=given["name"],
        )
        return self.answer(attachment.body(), 200 if attachment.repeated else 201)


class _OneAttachment(ProjectView):
    """The base of what is asked of one attachment, whose address does not name its project."""

    write_action = "attachment.remove"

    def access(self) -> Access:
        """The attachment's project, if the caller may do what they ask."""
        attachment, access = self.found()
        if self.request.method in SAFE_METHODS:
            return access
        return get_project(user=self.user(), project_id=attachment.project_id, action=self.write_action)

    def found(self) -> tuple[Attachment, Access]:
        """The attachment, as far as the caller sees it."""
        return visible_attachment(user=self.user(), attachment_id=self.kwargs["attachment_id"])


class OneAttachmentView(_OneAttachment):
    @operation("attachments_read", answer=shapes.AttachmentInfo)
    def get(self, request: Request, attachment_id: UUID) -> HttpResponseBase:
        """Get what is known of one attachment."""
        return self.answer(self.found()[0].body())


class ContentView(_OneAttachment):
    @operation(
        "attachments_content",
        answer=FILE,
        parameters=[RANGE, IF_RANGE],
        not_modified=True,
        media_types=TYPES,
        others=IN_RANGES,
    )
    def get(self, request: Request, attachment_id: UUID) -> HttpResponseBase:
        """Download an attachment: as a file to be saved, never to be shown, as a whole or a single range of it."""
        return send(_plain(request), self.found()[0])


class RemoveView(_OneAttachment):
    @operation("attachments_remove", takes=Reason, answer=shapes.AttachmentInfo)
    def post(self, request: Request, attachment_id: UUID) -> HttpResponseBase:
        """Remove an attachment, for a reason. Its bytes stay, and owners and auditors still see it."""
        reason = self.body(Reason)["reason"]
        removed = services.remove_attachment(caller=self.caller(), attachment_id=attachment_id, reason=reason)
        return self.answer(removed.body())


class BlobView(ProjectView):
    @operation(
        "blobs_read",
        answer=FILE,
        parameters=[HASH, RANGE, IF_RANGE],
        not_modified=True,
        media_types=TYPES,
        others=IN_RANGES,
    )
    def get(self, request: Request, project_id: UUID, content_hash: str) -> HttpResponseBase:
        """Download a file by its hash, if an attachment that one sees has it: a hash is no permission."""
        access = self.access()
        seen = Attachment.objects.visible_to(self.user(), removed=sees_removed(self.user(), access))
        found = (
            seen.filter(Q(blob=content_hash) | Q(blake3=content_hash), project=project_id)
            .with_facts()
            .order_by("id")
            .first()
        )
        if found is None:
            raise NotFound(_("No attachment of this project has this hash."))
        return send(_plain(request), found)


def _wants_removed(view: ProjectView, access: Access) -> bool:
    text = query_text(view.request, "removed")
    if text not in {None, "true", "false"}:
        raise ValidationFailed({"removed": [_("Must be true or false.")]})
    if text == "true" and not sees_removed(view.user(), access):
        raise PermissionDenied(_("Only owners and auditors see what was removed."))
    return text == "true"


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValidationFailed({"subject_id": [_("Give a UUID.")]}) from None


def _plain(request: Request) -> HttpRequest:
    """The request as Django knows it."""
    plain: HttpRequest = request._request  # noqa: SLF001
    return plain
