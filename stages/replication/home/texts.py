"""Texts of the record for somebody who reads: each is here, or asked for and not here yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from kernel.transactions import write_transaction
from stages.replication.choices import ContentKind
from stages.replication.home.named import kept_texts
from stages.replication.home.wanting import ask_for, wake_links


@dataclass(frozen=True, slots=True)
class CopiedText:
    """The text of a field in a version of home; None while it is not here."""

    field: str
    sha256: str
    text: str | None


def read_texts(user: User, project_id: UUID, fields: dict[str, str]) -> list[CopiedText]:
    """The texts of some fields, by name with their SHA-256; those that are not here are asked for from now on."""
    texts = {blob.sha256: blob.text for blob in kept_texts(project_id, fields.values())}
    request_texts(user, project_id, set(fields.values()) - texts.keys())
    return [CopiedText(name, digest, texts.get(digest)) for name, digest in fields.items()]


def request_texts(user: User, project_id: UUID, hashes: Collection[str]) -> None:
    """Ask for texts that are not here, all of which copied events name."""
    if hashes:
        with write_transaction():
            if ask_for(project_id, ContentKind.SHA256, hashes, asked_by=user):
                wake_links(project_id)
