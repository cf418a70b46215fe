"""Files of releases: a bundle is the same whenever it is made, and a released version has what was signed with it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from audit.models import Event
from drafts.attachments.models import Attachment
from kernel.errors import Conflict
from publishing.models import Release, ReleaseState

_IN_REVIEW = Q(state=ReleaseState.IN_REVIEW)
_RELEASED = Q(state=ReleaseState.RELEASED)


def refuse_of_released(attachment: Attachment) -> None:
    """Raise `Conflict` for a file in the bundle of a release, or of one that people are just signing.

    That is a file of its version, or one that the project had when it was submitted.
    """
    releases = Release.objects.filter(_IN_REVIEW | _RELEASED, project=attachment.project_id)
    if attachment.subject_type == "draft":
        releases = releases.filter(draft=attachment.subject_id)
    elif attachment.subject_type == "project":
        releases = releases.filter(pk__in=_submitted_after(attachment))
    else:
        return
    release = releases.first()
    if release is None:
        return
    if release.state == ReleaseState.IN_REVIEW:
        words = _("The release {release} is in review with this file. Withdraw or reject the release first.")
    else:
        words = _("This file belongs to the release {release}, and stays.")
    raise Conflict(words.format(release=release.name))


def _submitted_after(attachment: Attachment) -> list[str]:
    """The releases that were submitted after a file was attached, by the order of the events: clocks are set back."""
    events = Event.objects.of_project(attachment.project_id)
    added = events.get(action="attachment.added", target_type="attachment", target_id=str(attachment.id)).seq
    submitted = events.filter(action="release.submitted", seq__gt=added)
    return list(submitted.order_by().values_list("target_id", flat=True))


def refuse_for_released(subject_type: str, subject_id: UUID) -> None:
    """Raise `Conflict` for a version that is released, or that people are just signing: it takes no more files."""
    if subject_type != "draft":
        return
    release = Release.objects.filter(_IN_REVIEW | _RELEASED, draft=subject_id).first()
    if release is None:
        return
    if release.state == ReleaseState.IN_REVIEW:
        words = _(
            "This version is in review as {release}, and takes no files. Withdraw the release first, "
            "or attach the file to the project."
        )
    else:
        words = _(
            "This version was released as {release}, and takes no files. "
            "Attach the file to the project or to another version."
        )
    raise Conflict(words.format(release=release.name))
