"""How Foundry differs from allauth's own way: who may sign up, one rule for addresses, writes by our services."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest

from accounts import services
from accounts.callers import caller_from_request, unknown_caller
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Named by the setting ``ACCOUNT_ADAPTER``."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """By default administrators make accounts (``manage.py create_account``, the admin)."""
        return bool(settings.FOUNDRY_PUBLIC_SIGNUP)

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """Make the account that the sign-up form asks for."""
        fields = form.cleaned_data
        return services.create_account(
            caller=unknown_caller(request), username=fields["username"], password=fields["password1"]
        )

    def set_password(self, user: User, password: str) -> None:
        """Change one's own password with its event; the browser that did it stays signed in."""
        services.set_password(caller=caller_from_request(context.request), user_id=user.id, password=password)
        user.refresh_from_db()

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address the audit trail records too: what the server took the connection from.

        Which proxies may say otherwise is decided once, by the server in front of Django.
        """
        return request.META.get("REMOTE_ADDR") or "unknown"
