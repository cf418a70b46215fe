"""Writing the notes of a release: what changed, and why. The first signature freezes them (docs/adr/0030)."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from audit.services import Target
from blobs.models import sha256_of
from kernel.errors import Conflict
from kernel.names import check_remark
from projects.writing import ProjectWrite, project_write
from publishing.models import MAX_NOTES, Release, ReleaseNotes, ReleaseState
from publishing.services.facts import access_to, load_release


def write_release_notes(*, caller: Caller, release_id: UUID, notes: str) -> Release:
    """Replace the notes of a release in review, as an editor. Earlier revisions stay on record.

    The same text again writes nothing. Raises `NotFound`, `PermissionDenied`, `ProjectFrozen` if the project is not in
    review, `ValidationFailed`, `Conflict` if the release has ended or somebody has signed it.
    """
    project_id = access_to(user=caller.user, release_id=release_id).project.id
    parameters = {"release": str(release_id), "notes": notes}
    action = "release.write_notes"
    with project_write(caller=caller, project_id=project_id, action=action, parameters=parameters) as write:
        if write.repeat_of is None:
            text = checked_notes(notes)
            release = load_release(release_id)
            _refuse_frozen(release)
            insert_notes(write, release, text)
    return load_release(release_id)


def checked_notes(notes: str) -> str:
    """The normalized notes. Raises `ValidationFailed` on `notes`."""
    return check_remark(notes, name="notes", maximum=MAX_NOTES, required=False)


def insert_notes(write: ProjectWrite, release: Release, text: str) -> None:
    """Add a revision with its event, unless it is what the release says already."""
    newest = release.notes
    if text == (newest.text if newest else ""):
        return
    notes = ReleaseNotes(
        id=uuid7(),
        project=write.project,
        release=release,
        revision=newest.revision + 1 if newest else 1,
        text=text,
        author=write.caller.user,
    )
    data = {
        "release_id": str(release.id),
        "name": release.name,
        "version": release.draft.version_number,
        "revision": notes.revision,
        "text_sha256": sha256_of(text.encode()),
    }
    notes.written_at = write.record("release.notes_written", Target.of("release_notes", notes.id), data).at
    notes.save(force_insert=True)


def _refuse_frozen(release: Release) -> None:
    if release.state != ReleaseState.IN_REVIEW:
        state = ReleaseState(release.state).label.lower()
        raise Conflict(
            _("{name} is {state}; it can no longer be changed.").format(name=release.name, state=state),
            state=release.state,
        )
    if release.signatures.all():
        raise Conflict(
            _("{name} has a signature, which covers the release notes: they can no longer be changed.").format(
                name=release.name
            )
        )
