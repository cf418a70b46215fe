"""The texts and changes of a pad over REST."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from kernel.errors import NotFound
from projects.rest import in_session
from rest.queries import query_integer
from rest.schema import operation
from stages.pads import revision_serializers as shapes
from stages.pads import services
from stages.pads.api import OnePadView
from stages.pads.bodies import accepted_body, log_body, numbers_in, since_body, text_body, writer_bodies
from stages.pads.loading import read_text
from stages.pads.log import edits_of
from stages.pads.models import Pad, Revision
from stages.pads.sizes import next_revisions
from stages.pads.timeline import timeline_body

MAX_REVISION: Final = 2**31 - 1
# Of one answer.
MAX_CHANGES: Final = 500
NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": MAX_REVISION}
AFTER: Final = OpenApiParameter("after", NUMBER, description="The revision that you have; 0 for none.")
LIMIT: Final = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_CHANGES})


class RevisionView(OnePadView):
    @operation("pads_revision", answer=shapes.PadTextInfo)
    def get(self, request: Request, pad_id: UUID, revision: int) -> HttpResponseBase:
        """The text at a revision, and who wrote each part of it. Revision 0 is the empty text before the first."""
        pad = self.pad()
        if revision > pad.head:
            raise NotFound(_("The newest revision is {head}.").format(head=pad.head), head=pad.head)
        return self.answer(text_body(pad_id, read_text(pad_id, revision)))


class ChangesView(OnePadView):
    @operation("pads_changes", answer=shapes.PadChanges, parameters=[AFTER, LIMIT])
    def get(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """The next revisions after one."""
        pad = self.pad()
        rows, has_more = self.revisions(request, pad)
        changes = [since_body(row) for row in rows]
        writers = writer_bodies(pad_id, numbers_in(changes))
        return self.answer({"head": pad.head, "writers": writers, "changes": changes, "more": has_more})

    def revisions(self, request: Request, pad: Pad) -> tuple[list[Revision], bool]:
        """Those that are asked for, fewer where they are large, and whether there are more."""
        after = query_integer(request, "after", default=0, maximum=MAX_REVISION)
        limit = query_integer(request, "limit", default=MAX_CHANGES, minimum=1, maximum=MAX_CHANGES)
        rows = list(next_revisions(pad.id, after, limit))
        return rows, bool(rows) and rows[-1].revision < pad.head


class LogView(ChangesView):
    @operation("pads_log", answer=shapes.PadLog, parameters=[AFTER, LIMIT])
    def get(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """The log as it is hashed, for who recomputes the hash.

        It is SHA-256(hash before ‖ RFC 8785 of `[revision, epoch, user_id, writer, at, edits, update, credits]`), the
        first one before being the SHA-256 of the pad's id. `log_hash` is that of `head`.
        """
        pad = self.pad()
        rows, has_more = self.revisions(request, pad)
        head = {"head": pad.head, "log_hash": bytes(pad.log_hash).hex(), "recorded": pad.recorded}
        return self.answer({**head, "revisions": [log_body(row) for row in rows], "more": has_more})


class TimelineView(OnePadView):
    @operation("pads_timeline", answer=shapes.PadTimeline)
    def get(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """When it was written in, and by whom, in at most 200 sections."""
        return self.answer(timeline_body(self.pad()))


class EditsView(OnePadView):
    write_action = "pad.write"

    @operation("pads_edit", takes=shapes.NewEdits, answer=shapes.AcceptedEdits)
    def post(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """Change the text of a revision by position. Where others were faster, `missed` has what they did.

        Apply `missed` in turn to your own text, which has your change already: it is the text of the new revision then.
        """
        self.access()
        given = self.body(shapes.NewEdits)
        accepted = services.edit_pad(
            caller=in_session(self.caller(), given["session_id"]),
            pad_id=pad_id,
            revision=given["revision"],
            edits=edits_of(given["edits"]),
        )
        return self.answer(accepted_body(accepted))


class RestoreView(OnePadView):
    write_action = "pad.write"

    @operation("pads_restore", takes=shapes.RestoredRevision, answer=shapes.NewRevisionInfo)
    def post(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """Make the text say what it said at a revision, by the same authors. Everything since stays in its history."""
        self.access()
        given = self.body(shapes.RestoredRevision)
        return self.answer(accepted_body(services.restore_pad(caller=self.caller(), pad_id=pad_id, **given)))


class TakeBackView(OnePadView):
    write_action = "pad.write"

    @operation("pads_take_back", takes=shapes.TakenBack, answer=shapes.NewRevisionInfo)
    def post(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """Take out what one person did after a revision, up to another one. What others wrote stays."""
        self.access()
        given = self.body(shapes.TakenBack)
        return self.answer(accepted_body(services.take_back_changes(caller=self.caller(), pad_id=pad_id, **given)))
