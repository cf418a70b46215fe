"""Signatures of home: what was sealed, and whether the seal fits, which is verified at this site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from audit.keys.text import fingerprint_of
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from publishing.models import Meaning
from publishing.statements import SIGNATURE
from stages.registers.fold.signatures import verify
from stages.replication.home.checkpoints import keys_of_home
from stages.replication.home.projection.releases import CopiedRelease, CopiedSignature
from stages.replication.home.texts import read_texts
from stages.replication.models import Peer

# What the page says of a seal.
FITS: Final = "fits"
UNKNOWN_KEY: Final = "unknown_key"
WRONG: Final = "wrong"
NOT_HERE: Final = "not_here"
UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class SealedSignature:
    """A signature with its sealed statement; `seal` is one of the five above."""

    signature: CopiedSignature
    seal: str
    comment: str
    text: str

    @property
    def label(self) -> str:
        """The meaning in words."""
        meaning = self.signature.meaning
        return str(Meaning(meaning).label) if meaning in Meaning.values else meaning

    @property
    def words(self) -> str:
        """What is to be said of the seal."""
        return {
            FITS: _("The seal fits, verified here"),
            UNKNOWN_KEY: _("Sealed by a key that is not known here"),
            WRONG: _("The seal does not fit"),
            NOT_HERE: _("Its statement is not here yet"),
            UNREADABLE: _("This signature cannot be shown here"),
        }[self.seal]


def signatures_of(user: User, home: Peer, release: CopiedRelease) -> list[SealedSignature]:
    """The signatures of a release; statements that are not here are asked for."""
    wanted = {each.statement: each.statement for each in release.signatures if each.is_readable}
    texts = {each.sha256: each.text for each in read_texts(user, home.project_id, wanted)}
    keys = {fingerprint_of(key): key for key in keys_of_home(home)}
    return [_sealed(each, texts.get(each.statement), keys, release) for each in release.signatures]


def notes_of(user: User, project_id: UUID, release: CopiedRelease) -> str | None:
    """The release notes; None where there are none, or they are not here yet."""
    if not release.notes:
        return None
    return read_texts(user, project_id, {"notes": release.notes})[0].text


def _sealed(
    signature: CopiedSignature, text: str | None, keys: dict[str, bytes], release: CopiedRelease
) -> SealedSignature:
    if not signature.is_readable:
        return SealedSignature(signature, UNREADABLE, "", "")
    if text is None:
        return SealedSignature(signature, NOT_HERE, "", "")
    facts = _facts_in(text)
    seal = _seal_state(signature, text, facts, keys, release)
    return SealedSignature(signature, seal, str(facts.get("comment", "")), text)


def _facts_in(text: str) -> dict[str, Any]:
    """What a statement says; nothing where home named a text that is none."""
    try:
        statement = parse(text)
    except ValidationFailed:
        return {}
    return statement if isinstance(statement, dict) else {}


def _seal_state(
    signature: CopiedSignature, text: str, facts: dict[str, Any], keys: dict[str, bytes], release: CopiedRelease
) -> str:
    if signature.key not in keys:
        return UNKNOWN_KEY
    subject = facts.get("subject")
    is_of_release = isinstance(subject, dict) and (subject.get("id"), subject.get("hash")) == (
        release.id,
        release.content_hash,
    )
    is_it = (facts.get("type"), facts.get("key"), facts.get("meaning")) == (SIGNATURE, signature.key, signature.meaning)
    return FITS if is_of_release and is_it and verify(keys[signature.key], signature.seal, text) else WRONG
