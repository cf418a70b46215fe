"""Adapts allauth to Foundry: sign-up, counted failures, client addresses, and services that record events."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.forms import BaseForm, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.callers import caller_from_request, unknown_caller
from accounts.client_addresses import address_of_request
from accounts.models import User
from accounts.sign_in import by_password
from kernel.errors import RateLimited


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Named by the setting ``ACCOUNT_ADAPTER``."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("Wrong user name or password."),
        "incorrect_password": _("Wrong password."),
        "incorrect_code": _("Wrong code."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed by default: administrators make accounts (``manage.py create_account``, the admin)."""
        return bool(settings.FOUNDRY_PUBLIC_SIGNUP)

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """Make the account that the sign-up form asks for."""
        fields = form.cleaned_data
        return services.create_account(
            caller=unknown_caller(request), username=fields["username"], password=fields["password1"]
        )

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Check a name and a password, for sign-in and reauthentication; raise the form's error while locked out."""
        try:
            return by_password(
                request, username=str(credentials.get("username", "")), password=str(credentials.get("password", ""))
            )
        except RateLimited as refusal:
            raise ValidationError(refusal.detail, "locked_out") from None

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """The answer to a closed account whose passkey or external account still works."""
        services.record_failed_sign_in(caller=unknown_caller(request), username=user.username, component="account")
        return render(request, "account/account_inactive.html", status=403)

    def set_password(self, user: User, password: str) -> None:
        """Change one's own password, with its event; this browser stays signed in."""
        services.change_password(caller=caller_from_request(context.request), password=password)
        user.refresh_from_db()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Foundry sends no mail about accounts: every change is on record."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address of the client, as the audit trail records it.

        Only the server in front of Django decides which proxies may set it. A Unix socket has none.
        """
        return address_of_request(request) or "0.0.0.0"  # noqa: S104 (no address to listen at)
