"""The text of an invitation: one line that an owner sends, and an administrator of the other site pastes."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from audit.keys.text import rfc3339
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from kernel.names import as_name
from projects.models import MAX_NAME as MAX_PROJECT_NAME
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import check_hex32, check_object, check_text, check_uuid
from stages.registers.fold.signatures import is_usable_key
from stages.replication.admission.addresses import check_address, check_certificate
from stages.replication.models.peers import MAX_ADDRESS, MAX_CERTIFICATE, MAX_NAME

PREFIX: Final = "foundry-invitation:"
KIND: Final = "site_invitation"
VERSION: Final = 1
MAX_CODE: Final = 100
# Everything in it at its longest, in base64.
MAX_TEXT: Final = 64 * 1024
_MEMBERS: Final = ("type", "v", "address", "project", "name", "site", "key", "site_name", "certificate", "code")
_ALL: Final = (*_MEMBERS, "expires")


@dataclass(frozen=True, slots=True)
class InvitationText:
    """What an invitation says: whom to dial, how they prove who they are (`key`), and the code that admits."""

    address: str
    project: UUID
    name: str
    site: UUID
    key: str
    site_name: str
    certificate: str
    code: str
    expires: datetime

    @property
    def is_plain(self) -> bool:
        """Whether the link is not encrypted."""
        return self.address.startswith("ws:")

    def as_line(self) -> str:
        """The one line that is sent."""
        text = canonical(
            {
                "type": KIND,
                "v": VERSION,
                "address": self.address,
                "project": str(self.project),
                "name": self.name,
                "site": str(self.site),
                "key": self.key,
                "site_name": self.site_name,
                "certificate": self.certificate or None,
                "code": self.code,
                "expires": rfc3339(self.expires),
            }
        )
        return PREFIX + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_invitation(text: str) -> InvitationText:
    """What an invitation says; white space that came with pasting is left out.

    Raises `ValidationFailed` on `invitation` for anything else, and where it names an address that links may not dial.
    """
    line = "".join(text.split()) if len(text) <= MAX_TEXT else ""
    if not line.startswith(PREFIX):
        raise _refused()
    encoded = line.removeprefix(PREFIX)
    try:
        found = parse(base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True))
        said = _read(check_object(found, "invitation", _ALL))
    except (ValidationFailed, Malformed, binascii.Error, ValueError, OverflowError) as error:
        raise _refused() from error
    check_address(said.address, name="invitation")
    check_certificate(said.certificate, name="invitation")
    return said


def _read(found: dict[str, Any]) -> InvitationText:
    """The members. Raises `Malformed` or `ValueError`."""
    key = check_hex32(found["key"], "key")
    expires = datetime.fromisoformat(check_text(found["expires"], "expires", 40))
    if found["type"] != KIND or found["v"] != VERSION or not is_usable_key(bytes.fromhex(key)) or not expires.tzinfo:
        raise ValueError(found["type"])
    certificate = found["certificate"]
    name = as_name(check_text(found["name"], "name", 4 * MAX_PROJECT_NAME))[:MAX_PROJECT_NAME]
    if not name:
        raise ValueError(name)
    return InvitationText(
        address=check_text(found["address"], "address", MAX_ADDRESS),
        project=UUID(check_uuid(found["project"], "project")),
        name=name,
        site=UUID(check_uuid(found["site"], "site")),
        key=key,
        site_name=as_name(check_text(found["site_name"], "site_name", 4 * MAX_NAME))[:MAX_NAME],
        certificate="" if certificate is None else check_text(certificate, "certificate", MAX_CERTIFICATE),
        code=check_text(found["code"], "code", MAX_CODE),
        expires=expires.astimezone(UTC),
    )


def _refused() -> ValidationFailed:
    words = _("This is no invitation of a site. Copy all of it, from the word foundry-invitation to its end.")
    return ValidationFailed({"invitation": [words]})
