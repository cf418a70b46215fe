"""Everything that writes accounts and tokens: each function one transaction, with its event on the chain ``site``."""

from accounts.services.accounts import (
    create_account,
    deactivate_account,
    reactivate_account,
    set_shortcuts,
    update_account,
)
from accounts.services.passwords import change_password, set_password
from accounts.services.signing_in import record_failed_sign_in, record_sign_in, record_sign_out
from accounts.services.tokens import TOKEN_PATTERN, authenticate_token, create_token, revoke_token

__all__ = [
    "TOKEN_PATTERN",
    "authenticate_token",
    "change_password",
    "create_account",
    "create_token",
    "deactivate_account",
    "reactivate_account",
    "record_failed_sign_in",
    "record_sign_in",
    "record_sign_out",
    "revoke_token",
    "set_password",
    "set_shortcuts",
    "update_account",
]
