"""Names of the facts about accounts, on the chain ``site``."""

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
UNLOCKED: Final = "account.unlocked"
SIGNING_SUSPENDED: Final = "account.signing_suspended"
SIGNING_RESTORED: Final = "account.signing_restored"
FACTOR_ADDED: Final = "account.factor_added"
FACTOR_REMOVED: Final = "account.factor_removed"
FACTOR_RENAMED: Final = "account.factor_renamed"
RECOVERY_CODE_USED: Final = "account.recovery_code_used"
OUTSIDE_ACCOUNT_LINKED: Final = "account.outside_account_linked"
ADDRESS_LOCKED: Final = "address.sign_in_locked"
ADDRESS_UNLOCKED: Final = "address.unlocked"
TOKEN_CREATED: Final = "token.created"
TOKEN_REVOKED: Final = "token.revoked"

# What may end access somewhere: who watches these closes sockets and frees locks within 2 s (design page 3). The
# target is the account (`user`, its id) or the token (`token`, its id; `data.user` is its owner). A sign-out ends the
# one credential `data.credential`; a changed password ends all cookies of the account, the browser's own included
# (it gets a new one); a closed account ends everything; a changed account ends something only where `data.after`
# takes the auditor's right away.
ENDS_ACCESS: Final = frozenset({ACCOUNT_CHANGED, ACCOUNT_DEACTIVATED, PASSWORD_CHANGED, SIGNED_OUT, TOKEN_REVOKED})
