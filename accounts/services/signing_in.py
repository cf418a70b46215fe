"""Records of signing in and out."""

from __future__ import annotations

from collections.abc import Sequence

from accounts import actions
from accounts.callers import Caller
from accounts.models import User
from audit.services import Target, record
from kernel.transactions import write_transaction


def record_sign_in(*, caller: Caller, methods: Sequence[str] = ()) -> None:
    """Record that a browser session began, and what was proven for it (`password`, `totp`, `webauthn` …)."""
    with write_transaction():
        data = {"credential": caller.credential, "methods": list(methods)}
        record(caller=caller, action=actions.SIGNED_IN, target=Target.of("user", caller.user.id), data=data)


def record_sign_out(*, caller: Caller) -> None:
    """Record that a browser session was ended by its user."""
    with write_transaction():
        data = {"credential": caller.credential}
        record(caller=caller, action=actions.SIGNED_OUT, target=Target.of("user", caller.user.id), data=data)


def record_failed_sign_in(*, caller: Caller, username: str, component: str = "password") -> None:
    """Record a refused sign-in in the name of the service user, because the person is not known (11.300d).

    The typed name is only recorded if an account has it, because people type passwords there by mistake.
    """
    with write_transaction():
        user = User.objects.named(username).first()
        target = Target.of("user", user.id) if user else Target.of("user", "unknown")
        data = {"username": user.username if user else None, "component": component}
        record(caller=caller, action=actions.SIGN_IN_FAILED, target=target, data=data)
