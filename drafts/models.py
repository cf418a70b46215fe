"""All models of the app, where Django looks for them; those of a sub-package stand beside its services."""

from drafts.attachments.models import Attachment, Upload
from drafts.comments.models import Comment, CommentState
from drafts.draft import (
    CONFIGURATION_MEDIA,
    MAX_MESSAGE,
    PROMPT_MEDIA,
    Draft,
    DraftKind,
    DraftQuerySet,
    FieldContent,
)
from drafts.readings.models import ReadMark
from drafts.search.models import Passage, Stay
from drafts.tasks.models import Task
from drafts.unsent.models import UnsentText

__all__ = [
    "CONFIGURATION_MEDIA",
    "MAX_MESSAGE",
    "PROMPT_MEDIA",
    "Attachment",
    "Comment",
    "CommentState",
    "Draft",
    "DraftKind",
    "DraftQuerySet",
    "FieldContent",
    "Passage",
    "ReadMark",
    "Stay",
    "Task",
    "UnsentText",
    "Upload",
]
