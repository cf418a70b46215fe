"""What a part of a pad makes of a field: the texts before and after, and who contributed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from blobs.models import Blob
from drafts.models import Draft
from drafts.origins import Origin
from drafts.renames import base_hash
from drafts.services.saving import check_base_version
from kernel.errors import Conflict, ValidationFailed
from projects import field_names
from projects.fields import CONFIGURATION, PROMPT, check_field_name
from stages.pads.contributors import Contributor, by_share, contributors_to
from stages.pads.hashes import log_hash_at
from stages.pads.loading import PadText, read_text
from stages.pads.models import Pad
from stages.pads.promoted import ORIGIN
from stages.pads.ranges import Range, cut_text, put_text


@dataclass(frozen=True)
class Promotion:
    """A part of a pad at a revision, and a field that it changes.

    `part` is a range of the pad's text, `place` one of the field's, None for all of it. `before` is what the field held
    in the version that the caller saw, None for a file that is new; `after` is what it would hold.
    """

    pad: Pad
    found: PadText
    part: Range | None
    field: str
    place: Range | None
    before: str | None
    after: str
    language: str | None

    @property
    def revision(self) -> int:
        return self.found.revision

    @property
    def is_change(self) -> bool:
        return self.before != self.after

    @property
    def changes(self) -> dict[str, Any]:
        """The change as a save takes it."""
        if self.field in (PROMPT, CONFIGURATION):
            return {self.field: self.after}
        language = {} if self.before is None else {"language": self.language}
        return {self.field: {"content": self.after, **language}}

    @cached_property
    def contributors(self) -> list[Contributor]:
        return contributors_to(self.pad.id, self.found, self.part)

    def origin(self) -> Origin:
        """What a version says that it was made from; the digest is the hash of the pad's log up to the revision."""
        facts = {
            "type": ORIGIN,
            "id": str(self.pad.id),
            "revision": self.revision,
            "part": self.part and self.part.as_data(),
            "place": self.place and self.place.as_data(),
            "digest": log_hash_at(self.pad, self.revision).hex(),
            "contributors": [each.as_data() for each in self.contributors],
        }
        writers = [each.user.person() for each in by_share(self.contributors) if each.user is not None]
        return Origin(facts, {"name": self.pad.name, "writers": writers})

    def require_change(self) -> None:
        """Raise `Conflict` where the field says this already."""
        if not self.is_change:
            raise Conflict(_("{field} says this already.").format(field=field_names.label(self.field)))


def read_promotion(
    pad: Pad, *, revision: int, part: Range | None, field: str, place: Range | None, base_version: int
) -> Promotion:
    """The promotion of a part of a pad into a field of a version.

    Raises `ValidationFailed` by name for a revision, part, place, field or version that there is not.
    """
    check_field_name(field, parameter="field")
    if not 0 <= revision <= pad.head:
        raise ValidationFailed({"revision": [_("Must be between 0 and {head}.").format(head=pad.head)]})
    current = Draft.objects.of_project(pad.project_id).first()
    check_base_version(base_version, current)
    found = read_text(pad.id, revision)
    text = cut_text(found.text, part, name="part")
    before = _text_before(pad.project_id, current, field, base_version)
    if before is None and place is not None:
        raise ValidationFailed({"place": [_("The version has no such field.")]})
    after = put_text(before or "", place, text, name="place")
    content = current.fields.get(field) if current is not None else None
    return Promotion(pad, found, part, field, place, before, after, content.language if content else None)


def _text_before(project_id: UUID, current: Draft | None, field: str, base_version: int) -> str | None:
    if current is None:
        return None
    is_current = base_version == current.version_number
    earlier = Draft.objects.filter(project_id=project_id, version_number=base_version)
    digest = base_hash(current if is_current else earlier.first(), current, field)
    return Blob.objects.get(pk=digest).text if digest else None
