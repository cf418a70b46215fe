"""The events of accounts, sign-in and tokens, on the chain `site`.

The words about an account do not contain its name; the page shows the name before them (`workspace.event_words`).
"""

from __future__ import annotations

from functools import partial
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import actions
from audit.event_types import EventContext, EventType, Revocation, Text
from audit.models import Event

_ACCOUNT_FACTS: Final = {
    "display_name": gettext_lazy("name"),
    "email": gettext_lazy("e-mail"),
    "is_administrator": gettext_lazy("administrator"),
    "is_auditor": gettext_lazy("auditor"),
    "uses_shortcuts": gettext_lazy("shortcuts"),
}
_METHODS: Final = {
    "password": gettext_lazy("password"),
    "otp": gettext_lazy("one-time code"),
    "totp": gettext_lazy("one-time code"),
    "recovery_codes": gettext_lazy("recovery code"),
    "passkey": gettext_lazy("passkey"),
    "webauthn": gettext_lazy("passkey"),
    "mfa": gettext_lazy("second factor"),
    "socialaccount": gettext_lazy("outside account"),
}
_SIGN_OUTS: Final = {
    "unused": gettext_lazy("Unused for too long"),
    "lifetime": gettext_lazy("Signed in for too long"),
    "elsewhere": gettext_lazy("From another browser"),
}
_SUSPENSIONS: Final = {
    "password_set": gettext_lazy("Someone else set the password"),
    "factors_removed": gettext_lazy("Someone else removed the second factors"),
    "email_changed": gettext_lazy("Someone else changed the e-mail address used to sign in"),
}


def _created(context: EventContext) -> str:
    return f"{context.data['display_name']} ({context.data['username']})"


def _changed(context: EventContext) -> str:
    parts = []
    for name, value in context.data["after"].items():
        fact = str(_ACCOUNT_FACTS.get(name, name))
        parts.append(_("no {fact}").format(fact=fact) if value is False else fact)
    return ", ".join(parts).capitalize()


def _password_changed(context: EventContext) -> str:
    return _("Set by an administrator") if context.data["by"] == "administrator" else _("Chosen by the person")


def _method(name: str) -> str:
    return str(_METHODS.get(name, name))


def _signed_in(context: EventContext) -> str:
    methods = context.data["methods"]
    return _("With {methods}").format(methods=", ".join(map(_method, methods))) if methods else ""


def _signed_out(context: EventContext) -> str:
    return str(_SIGN_OUTS.get(context.data.get("why", ""), ""))


def _sign_in_failed(context: EventContext) -> str:
    data = context.data
    return _("{username}, {method}").format(
        username=data["username"] or _("Unknown user name"), method=_method(data["component"])
    )


def _signing_failed(context: EventContext) -> str:
    return _method(context.data["component"]).capitalize()


def _signing_proven(context: EventContext) -> str:
    return ", ".join(map(_method, context.data["components"]))


def _locked(context: EventContext) -> str:
    count, event = context.data["failures"], context.event
    words = ngettext("{who}after {n} failed try", "{who}after {n} failed tries", count)
    who = f"{event.target_id}, " if event.target_type == "address" else ""
    return words.format(who=who, n=count)


def _factor(context: EventContext) -> str:
    data = context.data
    return ", ".join(part for part in (_method(data["factor"]).capitalize(), data.get("name", "")) if part)


def _recovery_code_used(context: EventContext) -> str:
    left = context.data["left"]
    return ngettext("{n} left", "{n} left", left).format(n=left)


def _suspended(context: EventContext) -> str:
    return str(_SUSPENSIONS.get(context.data["why"], context.data["why"]))


def _restored(context: EventContext) -> str:
    if context.data["by"] == "own_password":
        return _("By choosing their own password")
    return _("Confirmed by an administrator")


def _outside_linked(context: EventContext) -> str:
    return str(context.data["issuer"])


def _address(context: EventContext) -> str:
    return context.event.target_id


def _token(context: EventContext) -> str:
    words = _("Token “{name}”, read only") if context.data.get("scope") == "read" else _("Token “{name}”")
    return words.format(name=context.data["name"])


def _account(event: Event) -> str | None:
    return event.target_id


def _every_credential(event: Event, credential: str) -> bool:
    return True


def _every_cookie(event: Event, credential: str) -> bool:
    return credential.startswith("cookie:")


def _its_cookie(event: Event, credential: str) -> bool:
    return bool(credential == event.data.get("credential"))


def _its_token(event: Event, credential: str) -> bool:
    return credential == f"token:{event.target_id}"


def _owner_of_token(event: Event) -> str | None:
    owner: str | None = event.data.get("user")
    return owner


_on_the_site = partial(EventType, chain="site")

GROUPS: Final[dict[str, Text]] = {
    "account": gettext_lazy("Accounts and sign-in"),
    "address": gettext_lazy("Network addresses"),
    "token": gettext_lazy("Access tokens"),
}
EVENTS: Final = (
    _on_the_site(actions.ACCOUNT_CREATED, sentence=gettext_lazy("{name} created an account: {thing}"), words=_created),
    # Only ends access if the right of an auditor is taken away.
    _on_the_site(
        actions.ACCOUNT_CHANGED,
        sentence=gettext_lazy("{name} changed an account: {thing}"),
        words=_changed,
        revokes=Revocation(user=_account),
    ),
    _on_the_site(
        actions.ACCOUNT_DEACTIVATED,
        sentence=gettext_lazy("{name} closed an account"),
        revokes=Revocation(user=_account, invalidates=_every_credential),
    ),
    _on_the_site(actions.ACCOUNT_REACTIVATED, sentence=gettext_lazy("{name} opened an account again")),
    # Including the cookie of this browser, which gets a new one.
    _on_the_site(
        actions.PASSWORD_CHANGED,
        sentence=gettext_lazy("{name} changed a password: {thing}"),
        words=_password_changed,
        revokes=Revocation(user=_account, invalidates=_every_cookie),
    ),
    _on_the_site(actions.PASSWORD_REHASHED, sentence=gettext_lazy("{name} stored a password with a newer hash")),
    _on_the_site(actions.SIGNED_IN, sentence=gettext_lazy("{name} signed in: {thing}"), words=_signed_in),
    _on_the_site(
        actions.SIGNED_OUT,
        sentence=gettext_lazy("{name} signed out"),
        words=_signed_out,
        revokes=Revocation(user=_account, targets=_its_cookie, invalidates=_its_cookie),
    ),
    _on_the_site(
        actions.SIGN_IN_FAILED, sentence=gettext_lazy("{name} refused a sign-in: {thing}"), words=_sign_in_failed
    ),
    _on_the_site(actions.SIGN_IN_LOCKED, sentence=gettext_lazy("{name} locked sign-in: {thing}"), words=_locked),
    _on_the_site(
        actions.SIGNING_FAILED,
        sentence=gettext_lazy("{name} failed to confirm a signature: {thing}"),
        words=_signing_failed,
    ),
    _on_the_site(actions.SIGNING_LOCKED, sentence=gettext_lazy("{name} locked signing: {thing}"), words=_locked),
    _on_the_site(
        actions.DEVICE_CODES_LOCKED, sentence=gettext_lazy("{name} locked codes of devices: {thing}"), words=_locked
    ),
    _on_the_site(
        actions.SIGNING_PROVEN, sentence=gettext_lazy("{name} confirmed it was them: {thing}"), words=_signing_proven
    ),
    _on_the_site(actions.UNLOCKED, sentence=gettext_lazy("{name} unlocked an account")),
    _on_the_site(
        actions.SIGNING_SUSPENDED, sentence=gettext_lazy("{name} suspended signing: {thing}"), words=_suspended
    ),
    _on_the_site(
        actions.SIGNING_RESTORED, sentence=gettext_lazy("{name} allowed signing again: {thing}"), words=_restored
    ),
    _on_the_site(actions.FACTOR_ADDED, sentence=gettext_lazy("{name} added a second factor: {thing}"), words=_factor),
    _on_the_site(
        actions.FACTOR_REMOVED, sentence=gettext_lazy("{name} removed a second factor: {thing}"), words=_factor
    ),
    _on_the_site(
        actions.FACTOR_RENAMED, sentence=gettext_lazy("{name} renamed a second factor: {thing}"), words=_factor
    ),
    _on_the_site(
        actions.RECOVERY_CODE_USED,
        sentence=gettext_lazy("{name} used a recovery code: {thing}"),
        words=_recovery_code_used,
    ),
    _on_the_site(
        actions.IDENTITY_LINKED,
        sentence=gettext_lazy("{name} linked an outside account: {thing}"),
        words=_outside_linked,
    ),
    _on_the_site(actions.ADDRESS_LOCKED, sentence=gettext_lazy("{name} locked an address: {thing}"), words=_locked),
    _on_the_site(
        actions.ADDRESS_UNLOCKED, sentence=gettext_lazy("{name} unlocked an address: {thing}"), words=_address
    ),
    _on_the_site(actions.TOKEN_CREATED, sentence=gettext_lazy("{name} created a token: {thing}"), words=_token),
    _on_the_site(
        actions.TOKEN_REVOKED,
        sentence=gettext_lazy("{name} revoked a token: {thing}"),
        words=_token,
        revokes=Revocation(user=_owner_of_token, targets=_its_token, invalidates=_its_token),
    ),
)
