"""Checks which page asked a browser for a passkey: it must be a page of this site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from allauth.core import context
from fido2.utils import websafe_decode

from accounts.origins import is_own_origin


def is_from_own_page(credential: object) -> bool:
    """Whether the answer was given to a page of this origin that was not inside a frame of another one.

    The check of the library accepts every sub-domain and port (Web Authentication Level 3, section 13.4.9).
    """
    if not isinstance(credential, Mapping):
        return False
    try:
        client: Any = json.loads(websafe_decode(credential["response"]["clientDataJSON"]))
        origin, is_framed = client["origin"], client.get("crossOrigin", False)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    request = context.request
    return (
        is_framed is False
        and isinstance(origin, str)
        and is_own_origin(origin, host=request.get_host(), is_secure=request.is_secure())
    )
