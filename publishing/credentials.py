"""Reads what a signer submits to sign; `accounts.reauthentication` checks it (control c15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SigningCredentials:
    """The user name (the public component), and exactly one private one of those that the account has."""

    username: str | None = None
    password: str | None = None
    otp: str | None = None
    passkey: Mapping[str, Any] | None = None
