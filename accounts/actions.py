"""The names of the events about accounts, on the chain ``site``."""

# ruff: noqa: S105 (these are no passwords)

from __future__ import annotations

from typing import Final

ACCOUNT_CREATED: Final = "account.created"
ACCOUNT_CHANGED: Final = "account.changed"
ACCOUNT_DEACTIVATED: Final = "account.deactivated"
ACCOUNT_REACTIVATED: Final = "account.reactivated"
PASSWORD_CHANGED: Final = "account.password_changed"
PASSWORD_REHASHED: Final = "account.password_rehashed"
SIGNED_IN: Final = "account.signed_in"
SIGNED_OUT: Final = "account.signed_out"
SIGN_IN_FAILED: Final = "account.sign_in_failed"
SIGN_IN_LOCKED: Final = "account.sign_in_locked"
SIGNING_FAILED: Final = "account.signing_failed"
SIGNING_PROVEN: Final = "account.signing_proven"
SIGNING_LOCKED: Final = "account.signing_locked"
DEVICE_CODES_LOCKED: Final = "account.device_codes_locked"
UNLOCKED: Final = "account.unlocked"
SIGNING_SUSPENDED: Final = "account.signing_suspended"
SIGNING_RESTORED: Final = "account.signing_restored"
FACTOR_ADDED: Final = "account.factor_added"
FACTOR_REMOVED: Final = "account.factor_removed"
FACTOR_RENAMED: Final = "account.factor_renamed"
RECOVERY_CODE_USED: Final = "account.recovery_code_used"
IDENTITY_LINKED: Final = "account.outside_account_linked"
ADDRESS_LOCKED: Final = "address.sign_in_locked"
ADDRESS_UNLOCKED: Final = "address.unlocked"
TOKEN_CREATED: Final = "token.created"
TOKEN_REVOKED: Final = "token.revoked"
