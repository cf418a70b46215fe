"""Signatures of operations: Ed25519, verified by one library at every site.

Libraries disagree about a few signatures that nobody makes by accident, those of keys of small order among them. Where
two sites verified by two libraries, they could accept two sets of operations, and have two states. So exactly PyNaCl
(libsodium) verifies, and keys of small order are refused before it is asked.
"""

from __future__ import annotations

from typing import Final

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

# The points of small order of edwards25519: their y, and the spellings of these that are not reduced below 2^255−19.
# Each occurs with both signs. Source: the list of libsodium (ge25519_has_small_order), RFC 8032, section 5.1.7.
_P: Final = 2**255 - 19
_ORDER_8: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER_Y: Final = (0, 1, _P - 1, _ORDER_8, _P - _ORDER_8, _P, _P + 1)
SMALL_ORDER_KEYS: Final = frozenset(
    (y | sign << 255).to_bytes(KEY_BYTES, "little") for y in _SMALL_ORDER_Y for sign in (0, 1)
)


def is_usable_key(key: bytes) -> bool:
    """Whether a public key may sign: 32 bytes, and not of small order."""
    return len(key) == KEY_BYTES and key not in SMALL_ORDER_KEYS


def verify(key: bytes, signature: bytes, text: str) -> bool:
    """Whether a signature is that of a text in UTF-8 under an Ed25519 key."""
    if not is_usable_key(key) or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        VerifyKey(key).verify(text.encode(), signature)
    except (CryptoError, ValueError, TypeError):
        return False
    return True
