"""What a comment says and where it hangs, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from blobs.models import Blob
from drafts.comments.anchors import LineSpan, lines_of
from drafts.comments.models import MAX_QUOTE, MAX_TEXT
from drafts.models import Draft
from kernel.errors import ValidationFailed
from kernel.ijson import check_text
from projects.fields import check_field_name
from projects.models import Project


@dataclass(frozen=True, slots=True)
class CommentTarget:
    """A field of a version, or a target on a side of a round; and the lines of its text where a comment is on some.

    `field` is empty for a comment on all that a round changes. `content_id` is the SHA-256 of the text; None where a
    target has no text.
    """

    field: str
    content_id: str | None
    draft: Draft | None = None
    round_id: UUID | None = None
    side: str = ""
    span: LineSpan | None = None
    quote: str = ""

    def columns(self) -> dict[str, Any]:
        """As the columns of a comment."""
        return {
            "field": self.field,
            "content_id": self.content_id,
            "draft": self.draft,
            "round_id": self.round_id,
            "side": self.side,
            "quote": self.quote,
            **(self.span._asdict() if self.span else {}),
        }


def check_comment_text(value: object) -> str:
    """What somebody says: text of several lines, without white space around it. Raises `ValidationFailed`."""
    if not isinstance(value, str):
        raise ValidationFailed({"text": [_("Must be text.")]})
    text = check_text(value, name="text").strip()
    if not text:
        raise ValidationFailed({"text": [_("Must not be empty.")]})
    if len(text) > MAX_TEXT:
        raise ValidationFailed({"text": [_("At most {most} characters.").format(most=MAX_TEXT)]})
    return text


def read_target(
    project: Project, *, version: int, target_field: str, anchor: Mapping[str, Any] | None
) -> CommentTarget:
    """The place that a comment names, which must be there. Raises `ValidationFailed`."""
    field = check_field_name(target_field, parameter="target_field")
    draft = Draft.objects.filter(project=project, version_number=version).first()
    if draft is None:
        raise ValidationFailed({"version": [_("There is no version {version}.").format(version=version)]})
    digest = draft.sha256_of(field)
    if digest is None:
        raise ValidationFailed({"target_field": [_("v{version} has no {field}.").format(version=version, field=field)]})
    return CommentTarget(field, digest, draft=draft, **read_anchor(anchor, digest))


def read_anchor(anchor: Mapping[str, Any] | None, content_id: str | None) -> dict[str, Any]:
    """The lines of a text that a comment names, as members of a `CommentTarget`. Raises `ValidationFailed`."""
    if anchor is None:
        return {}
    if content_id is None:
        raise ValidationFailed({"anchor": [_("There is no text here. Comment on the whole change.")]})
    lines = lines_of(Blob.objects.get(pk=content_id).text)
    span = _read_span(anchor, len(lines))
    selected = "\n".join(lines[span.from_line - 1 : span.to_line])
    return {"span": span, "quote": _read_quote(anchor.get("quote"), selected)}


def _read_span(anchor: Mapping[str, Any], count: int) -> LineSpan:
    unknown = set(anchor) - {"from_line", "to_line", "quote"}
    if unknown:
        raise ValidationFailed({"anchor": [_("Unknown member {name!r}.").format(name=min(unknown))]})
    ends = []
    for name in ("from_line", "to_line"):
        line = anchor.get(name)
        if isinstance(line, bool) or not isinstance(line, int) or not 1 <= line <= count:
            raise ValidationFailed({f"anchor.{name}": [_("Must be a line from 1 to {count}.").format(count=count)]})
        ends.append(line)
    if ends[1] < ends[0]:
        raise ValidationFailed({"anchor.to_line": [_("Must not be before from_line.")]})
    return LineSpan(*ends)


def _read_quote(value: object, selected: str) -> str:
    """The selected part of the lines; all of them where no quote is given."""
    if value is not None and not isinstance(value, str):
        raise ValidationFailed({"anchor.quote": [_("Must be text.")]})
    quote = check_text(value or "", name="anchor.quote").strip("\n") or selected
    if quote not in selected:
        raise ValidationFailed({"anchor.quote": [_("Not found in these lines of this version.")]})
    if len(quote) > MAX_QUOTE:
        problem = _("At most {most} characters; comment on fewer lines.").format(most=MAX_QUOTE)
        raise ValidationFailed({"anchor.quote": [problem]})
    return quote
