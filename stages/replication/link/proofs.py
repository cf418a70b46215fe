"""What sites sign for each other before anything else is said: statements in RFC 8785, under their Ed25519 keys.

Each names both keys, the project and, the proofs, both nonces: none can be used for another project, another site, or a
second time. The type says which way it goes, so that nobody can have a proof of theirs sent back as the other's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from audit.keys.private import private_key
from audit.keys.text import public_bytes
from kernel.canonical import canonical
from stages.registers.fold.signatures import verify

VERSION: Final = 1
NONCE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Signer:
    """A site's key: `key` in lowercase hexadecimal digits, and what signs with it."""

    key: str
    sign: Callable[[bytes], bytes]


def own_signer() -> Signer:
    """The key of this site."""
    private = private_key()
    return Signer(public_bytes(private).hex(), private.sign)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who talks to whom about what; the keys in lowercase hexadecimal digits."""

    project: UUID
    dialler: str
    answerer: str

    def hello_text(self, *, nonce: str, now: int) -> str:
        """What the dialler signs in its first message: that it is the one who calls."""
        return self._text("site_hello", self.dialler, self.answerer, {"nonce": nonce, "now": now})

    def answer_text(self, nonces: tuple[str, str]) -> str:
        """What the answerer signs. `nonces` are the dialler's and the answerer's."""
        return self._text("site_answer", self.answerer, self.dialler, {"nonces": list(nonces)})

    def dial_text(self, nonces: tuple[str, str]) -> str:
        """What the dialler signs after that."""
        return self._text("site_dial", self.dialler, self.answerer, {"nonces": list(nonces)})

    def _text(self, kind: str, sender: str, recipient: str, members: dict[str, object]) -> str:
        facts = {"type": kind, "v": VERSION, "project": str(self.project), "from": sender, "to": recipient}
        return canonical({**facts, **members})


def new_nonce() -> str:
    return secrets.token_hex(NONCE_BYTES)


def signed(signer: Signer, text: str) -> str:
    """The signature of a text, in lowercase hexadecimal digits."""
    return signer.sign(text.encode()).hex()


def is_signed(key: str, signature: str, text: str) -> bool:
    """Whether a signature is that of a text under a key; never under a key of small order."""
    try:
        return verify(bytes.fromhex(key), bytes.fromhex(signature), text)
    except ValueError:
        return False
