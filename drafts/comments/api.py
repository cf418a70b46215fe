"""Threads on a version: comments, replies, and changes of their state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from drafts.comments import serializers as shapes
from drafts.comments import services
from drafts.comments.models import Comment, CommentState
from drafts.comments.places import rounds
from drafts.comments.reading import margin_counts, reply_body, thread_bodies
from drafts.models import Draft
from drafts.reading import get_draft
from drafts.renames import comments_made_on
from drafts.serializers import OptionalReason
from kernel.errors import ValidationFailed
from projects.access import get_project
from projects.fields import check_field_name
from projects.rest import ProjectView
from rest.pagination import page
from rest.queries import query_integer, query_text
from rest.schema import operation, page_of

MAX_VERSION = 999_999_999
VERSION = OpenApiParameter(
    "version", {"type": "integer", "minimum": 1, "maximum": MAX_VERSION}, description="The current one if left out."
)
FILTERS = (
    OpenApiParameter("field", str, description="Only on this field, by its name on that version."),
    OpenApiParameter("state", str, enum=CommentState.values, description="Only in this state."),
)


class _OnVersion(ProjectView):
    """The base of views that show comments on a version."""

    write_action = "comment.write"

    def asked_version(self) -> Draft | None:
        """The version that the query names; None before the first. Raises `NotFound`, `ValidationFailed`."""
        asked = query_integer(self.request, "version", default=0, minimum=1, maximum=MAX_VERSION)
        project = self.access().project
        return get_draft(project_id=project.id, version=asked) if asked else project.current_draft


class CommentsView(_OnVersion):
    @operation("comments_list", answer=page_of(shapes.ThreadInfo), parameters=[VERSION, *FILTERS], paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List the threads on a version and on those before it, newest first, each at the position of its text."""
        draft = self.asked_version()
        filters = _filters(request)
        field = filters.pop("field", None)
        threads = Comment.objects.threads(project_id).filter(**filters).with_facts()
        if draft is None:
            return self.answer(page(request, threads.none(), lambda thread: thread))
        if field is not None:
            threads = threads.filter(comments_made_on(field, project_id=project_id, version=draft.version_number))
        found = page(request, threads.made_up_to(draft.version_number), lambda thread: thread)
        return self.answer({**found, "results": thread_bodies(found["results"], draft)})

    @operation("comments_create", takes=shapes.NewComment, answer=shapes.ThreadInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Start a thread on a field of a version, or on lines of it."""
        given = self.body(shapes.NewComment)
        comment = services.create_comment(caller=self.caller(), project_id=project_id, **given)
        return self.answer(thread_bodies([comment], comment.on_draft)[0], 200 if comment.repeated else 201)


class CommentCountsView(_OnVersion):
    @operation("comments_count", answer=shapes.Counts, parameters=[VERSION])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Count the threads on each field of a version, with the lines of the open ones."""
        draft = self.asked_version()
        counts = margin_counts(project_id=project_id, draft=draft) if draft else {}
        fields = {name: shapes.counts_body(each) for name, each in sorted(counts.items())}
        return self.answer({"version": draft.version_number if draft else None, "fields": fields})


class _OneComment(_OnVersion):
    """The base of views of a single comment, whose addresses do not contain its project."""

    @property
    def project_id(self) -> UUID:
        return services.visible_comment(user=self.user(), comment_id=self.kwargs["comment_id"]).project_id

    def thread(self, comment_id: UUID, draft: Draft | None) -> dict[str, Any]:
        """A thread, or the thread of a reply, positioned on a version; one on a proposal in its newest round."""
        found = services.visible_comment(user=self.user(), comment_id=comment_id)
        threads = list(Comment.objects.filter(pk=found.thread_id or found.id).with_facts())
        if threads[0].round_id is not None:
            return rounds().bodies(threads)[0]
        return thread_bodies(threads, draft or threads[0].on_draft)[0]


class OneCommentView(_OneComment):
    @operation("comments_read", answer=shapes.ThreadInfo, parameters=[VERSION])
    def get(self, request: Request, comment_id: UUID) -> HttpResponseBase:
        """Get one thread; for the id of a reply, the thread that contains it."""
        return self.answer(self.thread(comment_id, self.asked_version()))


class RepliesView(_OneComment):
    @operation("comments_reply", takes=shapes.NewReply, answer=shapes.ReplyInfo, status=201, repeatable=True)
    def post(self, request: Request, comment_id: UUID) -> HttpResponseBase:
        """Reply in a thread."""
        given = self.body(shapes.NewReply)
        reply = services.answer_comment(caller=self.caller(), comment_id=comment_id, **given)
        return self.answer(reply_body(reply), 200 if reply.repeated else 201)


class _CommentActionView(_OneComment):
    def step(self, write: Callable[..., Comment], comment_id: UUID, **given: Any) -> HttpResponseBase:
        comment = write(caller=self.caller(), comment_id=comment_id, **given)
        # Read access is enough, so that a repeated request is answered even if the project is no longer open.
        project = get_project(user=self.user(), project_id=comment.project_id).project
        return self.answer(self.thread(comment_id, project.current_draft))


class ResolveCommentView(_CommentActionView):
    @operation("comments_resolve", answer=shapes.ThreadInfo)
    def post(self, request: Request, comment_id: UUID) -> HttpResponseBase:
        """Resolve a thread."""
        return self.step(services.resolve_comment, comment_id)


class ReopenCommentView(_CommentActionView):
    @operation("comments_reopen", answer=shapes.ThreadInfo)
    def post(self, request: Request, comment_id: UUID) -> HttpResponseBase:
        """Reopen a resolved thread."""
        return self.step(services.reopen_comment, comment_id)


class WithdrawCommentView(_CommentActionView):
    @operation("comments_withdraw", takes=OptionalReason, answer=shapes.ThreadInfo)
    def post(self, request: Request, comment_id: UUID) -> HttpResponseBase:
        """Withdraw a comment or reply of mine; it stays readable. Owners may withdraw anybody's, for a reason."""
        given = self.body(OptionalReason)
        return self.step(services.withdraw_comment, comment_id, **given)


def _filters(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    field, state = query_text(request, "field"), query_text(request, "state")
    if field is not None:
        found["field"] = check_field_name(field)
    if state is not None:
        if state not in CommentState.values:
            raise ValidationFailed(
                {"state": [_("Must be one of {values}.").format(values=", ".join(CommentState.values))]}
            )
        found["state"] = state
    return found
