"""The secret of a project's notes: encrypted with the key ring, rotated with it, and checked by `verify_audit`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from accounts.callers import Caller
from audit.findings import Finding
from audit.services import Target
from kernel.ring import RingError, Rotate, decrypt, encrypt
from projects.writing import project_write
from tests.sample_stage.events import SECRET_SET
from tests.sample_stage.models import NoteSecret

# Why the table is not rebuilt from events.
NO_RECORD: Final = "the secret of a project's notes, which no event may contain"


def set_secret(*, caller: Caller, project_id: UUID, secret: str) -> None:
    """Set the secret of a project's notes."""
    with project_write(caller=caller, project_id=project_id, action="note.add", parameters={}) as write:
        write.record(SECRET_SET.name, Target.of("project", project_id))
        token = encrypt(secret, owner=str(project_id))
        NoteSecret._default_manager.update_or_create(project=write.project, defaults={"token": token})


def secret_of(project_id: UUID) -> str:
    """The secret of a project's notes. Raises `RingError`."""
    token = NoteSecret._default_manager.get(pk=project_id).token
    return decrypt(bytes(token), owner=str(project_id))


def rotate_secrets(rotate: Rotate) -> int:
    """Encrypt all secrets with the newest key; returns their number."""
    rows = list(NoteSecret._default_manager.select_for_update())
    for row in rows:
        row.token = rotate(bytes(row.token))
        row.save(update_fields=["token"])
    return len(rows)


def check_secrets() -> Iterator[Finding]:
    """Check that every secret belongs to its project and can be decrypted."""
    for project_id in NoteSecret._default_manager.values_list("pk", flat=True):
        try:
            secret_of(project_id)
        except RingError as error:
            yield Finding("secret of the notes", str(error), str(project_id))
