"""What the facts of the chain `site` say, action by action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from audit.models import Event
from workspace.event_words.of_projects import Data, Words


def _project_created(event: Event, data: Data) -> str:
    return str(data["name"])


def _account_created(event: Event, data: Data) -> str:
    return f"{data['display_name']} ({data['username']})"


_ACCOUNT_FACTS: Final = {
    "display_name": gettext_noop("name"),
    "email": gettext_noop("e-mail"),
    "is_administrator": gettext_noop("administrator"),
    "is_auditor": gettext_noop("auditor"),
    "uses_shortcuts": gettext_noop("shortcuts"),
}


def _account_changed(event: Event, data: Data) -> str:
    parts = []
    for name, value in data["after"].items():
        fact = _(_ACCOUNT_FACTS[name]) if name in _ACCOUNT_FACTS else name
        parts.append(_("no {fact}").format(fact=fact) if value is False else fact)
    return ", ".join(parts).capitalize()


def _password_changed(event: Event, data: Data) -> str:
    return _("Set by an administrator") if data["by"] == "administrator" else _("Chosen by its person")


_METHODS: Final = {
    "password": gettext_noop("password"),
    "otp": gettext_noop("one-time code"),
    "totp": gettext_noop("one-time code"),
    "recovery_codes": gettext_noop("recovery code"),
    "passkey": gettext_noop("passkey"),
    "webauthn": gettext_noop("passkey"),
    "mfa": gettext_noop("second factor"),
    "socialaccount": gettext_noop("outside account"),
}


def _method(name: str) -> str:
    return _(_METHODS[name]) if name in _METHODS else name


def _signed_in(event: Event, data: Data) -> str:
    return _("With {methods}").format(methods=", ".join(map(_method, data["methods"]))) if data["methods"] else ""


def _signed_out(event: Event, data: Data) -> str:
    why = {
        "unused": _("Unused for too long"),
        "lifetime": _("Signed in for too long"),
        "elsewhere": _("From another browser"),
    }
    return why.get(data.get("why", ""), "")


def _sign_in_failed(event: Event, data: Data) -> str:
    return _("{username}, {method}").format(
        username=data["username"] or _("Unknown user name"), method=_method(data["component"])
    )


def _signing_failed(event: Event, data: Data) -> str:
    return _method(data["component"]).capitalize()


def _signing_proven(event: Event, data: Data) -> str:
    return ", ".join(map(_method, data["components"]))


def _locked(event: Event, data: Data) -> str:
    count = data["failures"]
    words = ngettext("{who}after {n} failed try", "{who}after {n} failed tries", count)
    who = f"{event.target_id}, " if event.target_type == "address" else ""
    return words.format(who=who, n=count)


def _factor(event: Event, data: Data) -> str:
    return ", ".join(part for part in (_method(data["factor"]).capitalize(), data.get("name", "")) if part)


def _recovery_code_used(event: Event, data: Data) -> str:
    return ngettext("{n} left", "{n} left", data["left"]).format(n=data["left"])


def _suspended(event: Event, data: Data) -> str:
    why = {
        "password_set": _("Somebody else set the password"),
        "factors_removed": _("Somebody else removed the second factors"),
        "email_changed": _("Somebody else changed the e-mail address by which they sign in"),
    }
    return why.get(data["why"]) or str(data["why"])


def _restored(event: Event, data: Data) -> str:
    return _("By a password of their own") if data["by"] == "own_password" else _("Confirmed by an administrator")


def _outside_linked(event: Event, data: Data) -> str:
    return str(data["issuer"])


def _address(event: Event, data: Data) -> str:
    return event.target_id


def _token(event: Event, data: Data) -> str:
    return _("Token “{name}”").format(name=data["name"])


def _checkpoint_made(event: Event, data: Data) -> str:
    count = data["chains"]
    words = ngettext("Checkpoint {number} of {n} chain", "Checkpoint {number} of {n} chains", count)
    return words.format(number=data["number"], n=count)


def _checkpoint_stamped(event: Event, data: Data) -> str:
    return _("Checkpoint {number}, by {authority}").format(number=data["number"], authority=data["authority"])


def _key_added(event: Event, data: Data) -> str:
    short = f"{data['fingerprint'][:8]}…"
    if data.get("endorsement"):
        return _("Key {fingerprint}, endorsed by the key before it").format(fingerprint=short)
    return _("Key {fingerprint}").format(fingerprint=short)


def _secrets_rotated(event: Event, data: Data) -> str:
    words = ngettext(
        "{n} secret encrypted with the newest key", "{n} secrets encrypted with the newest key", data["count"]
    )
    return words.format(n=data["count"])


def _nothing(event: Event, data: Data) -> str:
    return ""


SITE_WORDS: Final[Mapping[str, Words]] = {
    "project.created": _project_created,
    "account.created": _account_created,
    "account.changed": _account_changed,
    "account.deactivated": _nothing,
    "account.reactivated": _nothing,
    "account.password_changed": _password_changed,
    "account.signed_in": _signed_in,
    "account.signed_out": _signed_out,
    "account.sign_in_failed": _sign_in_failed,
    "account.sign_in_locked": _locked,
    "account.signing_failed": _signing_failed,
    "account.signing_locked": _locked,
    "account.signing_proven": _signing_proven,
    "account.password_rehashed": _nothing,
    "account.unlocked": _nothing,
    "account.signing_suspended": _suspended,
    "account.signing_restored": _restored,
    "account.factor_added": _factor,
    "account.factor_removed": _factor,
    "account.factor_renamed": _factor,
    "account.recovery_code_used": _recovery_code_used,
    "account.outside_account_linked": _outside_linked,
    "address.sign_in_locked": _locked,
    "address.unlocked": _address,
    "token.created": _token,
    "token.revoked": _token,
    "checkpoint.made": _checkpoint_made,
    "checkpoint.stamped": _checkpoint_stamped,
    "site.key_added": _key_added,
    "secrets.rotated": _secrets_rotated,
}
