"""Keys of sites as they are typed and sent: 64 hexadecimal digits in lowercase."""

from __future__ import annotations

import re
from typing import Any, Final

from django.utils.translation import gettext as _

from audit.keys.succession import site_keys
from kernel.errors import ValidationFailed
from stages.registers.fold.signatures import is_usable_key
from stages.registers.keys import own_site_key

_HEX32: Final = re.compile(r"[0-9a-f]{64}")


def is_key(value: Any) -> bool:
    """Whether this is a key that could sign, or a hash."""
    return isinstance(value, str) and _HEX32.fullmatch(value) is not None


def check_key(text: str, *, name: str = "key") -> bytes:
    """The 32 bytes of another site's key. Raises `ValidationFailed` on `name`, also for a key of this site."""
    if not is_key(text) or not is_usable_key(bytes.fromhex(text)):
        raise ValidationFailed({name: [_("Give the key as 64 hexadecimal digits in lowercase.")]})
    key = bytes.fromhex(text)
    if key in own_keys():
        raise ValidationFailed({name: [_("This is a key of this site itself.")]})
    return key


def own_keys() -> set[bytes]:
    """The keys with which this site seals or has sealed."""
    return {own_site_key(), *site_keys().known().values()}
