"""allauth's forms with our counting of failures, in Postgres, and our events; named by ``ACCOUNT_FORMS`` and
``MFA_FORMS``.
"""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms
from django.utils.translation import gettext as _

from accounts import services
from accounts.callers import unknown_caller
from accounts.models import User
from accounts.passkeys import is_from_own_page
from accounts.sign_in import by_code, by_password
from kernel.errors import RateLimited, ValidationFailed
from kernel.names import check_name

MAX_PASSKEY_NAME = 100


class SignInForm(account_forms.LoginForm):  # type: ignore[misc] # allauth has no types
    """Asks for a user name in the words of all other pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")


class ChangePasswordForm(account_forms.ChangePasswordForm):  # type: ignore[misc]
    """Counts failures, because the old password could be guessed in an open session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["password1"].label = _("New password")
        self.fields["password2"].label = _("New password again")

    def clean_oldpassword(self) -> str:
        password = str(self.cleaned_data.get("oldpassword", ""))
        try:
            found = by_password(context.request, username=self.user.username, password=password)
        except RateLimited as refusal:
            raise forms.ValidationError(refusal.detail, "locked_out") from None
        if found is None:
            raise get_adapter().validation_error("incorrect_code")
        reauthenticate_by_password(context.request)
        return password


class _CountedCode:
    """A one-time or recovery code; its failures are counted with those of the password."""

    user: User
    cleaned_data: dict[str, Any]
    authenticator: Authenticator

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        try:
            factor = by_code(context.request, user=self.user, code=code)
        except RateLimited as refusal:
            raise forms.ValidationError(refusal.detail, "locked_out") from None
        if factor is None:
            raise get_adapter().validation_error("incorrect_code")
        self.authenticator = factor
        return code


class SignInCodeForm(_CountedCode, code_forms.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class ConfirmCodeForm(_CountedCode, code_forms.ReauthenticateForm):  # type: ignore[misc]
    """Reauthentication with a code."""


class _RecordedPasskey:
    """A passkey. It cannot be guessed, but a refused one is recorded."""

    user: User | None
    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Authenticator:
        try:
            if not is_from_own_page(self.cleaned_data["credential"]):
                raise get_adapter().validation_error("incorrect_code")
            return super().clean_credential()  # type: ignore[misc]
        except (forms.ValidationError, KeyError, TypeError, ValueError, AttributeError):
            # Input that no browser sends can raise any exception inside the library.
            name = self.user.username if self.user else ""
            services.record_failed_sign_in(caller=unknown_caller(context.request), username=name, component="passkey")
            raise get_adapter().validation_error("incorrect_code") from None


class SignInPasskeyForm(_RecordedPasskey, passkey_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The second step of signing in."""


class OnlyPasskeyForm(_RecordedPasskey, passkey_forms.LoginWebAuthnForm):  # type: ignore[misc]
    """Sign-in with a passkey alone, which counts as two factors, since it asks for a fingerprint or a PIN."""


class ConfirmPasskeyForm(_RecordedPasskey, passkey_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Reauthentication with a passkey."""


class AddPasskeyForm(passkey_forms.AddWebAuthnForm):  # type: ignore[misc]
    """Registers a passkey; every one can sign in without a password."""

    name = forms.CharField(max_length=MAX_PASSKEY_NAME, required=False)
    passwordless = None

    def clean_name(self) -> str:
        return _passkey_name(self.cleaned_data["name"], required=False)

    def clean(self) -> dict[str, Any]:
        if not is_from_own_page(self.cleaned_data.get("credential")):
            raise get_adapter().validation_error("incorrect_code")
        try:
            return dict(super().clean())
        except (KeyError, TypeError, ValueError, AttributeError):
            raise get_adapter().validation_error("incorrect_code") from None


class RenamePasskeyForm(passkey_forms.EditWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(max_length=MAX_PASSKEY_NAME)

    def clean_name(self) -> str:
        return _passkey_name(self.cleaned_data["name"])


def _passkey_name(name: str, *, required: bool = True) -> str:
    """The name as it is stored. Raises the form's own `ValidationError`."""
    try:
        return check_name(name, name="name", maximum=MAX_PASSKEY_NAME, required=required)
    except ValidationFailed as refusal:
        raise forms.ValidationError(refusal.errors["name"]) from None
