"""The sealed statement of a signature, which binds it to its release (21 CFR 11.50, 11.70; c12, c13)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from accounts.models import User
from audit.keys.text import rfc3339
from publishing.models import Release

SIGNATURE: Final = "signature"


def statement(release: Release, *, signer: User, meaning: str, comment: str, time: datetime | None) -> dict[str, Any]:
    """The members of a signature's statement besides `type`, `v`, `site` and `key`, which the seal adds.

    `time` is None only where the statement is shown before signing: the server gives it at the act. `notes`, the
    SHA-256 of the release notes, is a member only if there are some.
    """
    notes = release.notes
    return {
        "subject": {"type": "release", "id": str(release.id), "hash": release.content_hash},
        "name": release.name,
        "version": release.draft.version_number,
        "meaning": meaning,
        "comment": comment,
        "signer": {"id": str(signer.id), "name": signer.display_name, "username": signer.username},
        "time": rfc3339(time) if time else None,
        **({"notes": notes.sha256} if notes else {}),
    }
