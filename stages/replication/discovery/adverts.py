"""What a site advertises: a project that it has, its key, and where it is reached. Whatever comes is checked alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

SERVICE: Final = "_foundry._tcp.local."
# Of one property, its name and the sign between included.
MAX_PROPERTY: Final = 255

_PROJECT, _KEY, _ADDRESS = "project", "key", "address"
_KEY_FORM: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Advert:
    """A site has a project, and says where it is reached; `key` is in lowercase hexadecimal digits."""

    project_id: UUID
    key: str
    address: str

    @property
    def name(self) -> str:
        """The instance of the service: one for each site and project, within the 63 bytes of a label."""
        return f"{self.key[:16]}-{self.project_id.hex}.{SERVICE}"

    @property
    def port(self) -> int:
        parts = urlsplit(self.address)
        return parts.port or (443 if parts.scheme == "wss" else 80)

    @property
    def properties(self) -> dict[str, str]:
        return {_PROJECT: str(self.project_id), _KEY: self.key, _ADDRESS: self.address}

    @property
    def fits(self) -> bool:
        """Whether the address is short enough to be advertised."""
        return all(len(f"{name}={value}".encode()) <= MAX_PROPERTY for name, value in self.properties.items())


def read_advert(properties: Mapping[bytes, bytes | None]) -> Advert | None:
    """The advert in the properties of a service; None for anything else that somebody sends under the same name."""
    try:
        texts = {name.decode("ascii"): (value or b"").decode("ascii") for name, value in properties.items()}
        project_id, key, address = UUID(texts[_PROJECT]), texts[_KEY], texts[_ADDRESS]
        host = urlsplit(address).hostname
    except (ValueError, KeyError):
        return None
    if not host or not _KEY_FORM.fullmatch(key) or not address.isprintable():
        return None
    return Advert(project_id, key, address)
