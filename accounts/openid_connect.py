"""Signing in from outside, by OpenID Connect: who is let in as which account.

The first time, the provider's claim that the operator named says which account it is; from then on the provider's own
subject does, which never changes. A subject means somebody only together with its issuer (OpenID Connect Core 1.0,
section 2), so both are the key: the same subject of another issuer is nobody here. The provider proves people: it lets
nobody in whom an administrator has not made, or has closed, and never an agent or a service.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

import requests
from allauth.account.internal.flows.login import clear_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts import actions, services
from accounts.callers import caller_from_request, unknown_caller
from accounts.models import Kind, User
from accounts.outbound import Outbound
from audit.services import Target, record
from kernel.errors import ValidationFailed
from kernel.transactions import write_transaction

logger = logging.getLogger(__name__)


class Provider(Protocol):
    """What the setting ``FOUNDRY_OIDC`` holds."""

    @property
    def issuer(self) -> str: ...
    @property
    def username_claim(self) -> str: ...
    @property
    def makes_accounts(self) -> bool: ...


class OpenIDAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Named by the setting ``SOCIALACCOUNT_ADAPTER``."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """Only what the environment names; a row in the database is no provider."""
        return [app for app in super().list_apps(request, provider, client_id) if app.pk is None]

    def get_requests_session(self) -> requests.Session:
        """The session in which allauth asks the provider; `kernel.outbound` guards every address of its document."""
        session: requests.Session = super().get_requests_session()
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, Outbound())
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account that the provider speaks of, and tie it to the provider's subject the first time."""
        if sociallogin.state.get("process") != "login":
            _refuse(request, "")
        if sociallogin.is_existing:
            return
        claims = _claims(sociallogin)
        user = _account_named(claims) or _new_account(request, claims)
        if user is None or user.kind != Kind.HUMAN or not user.is_active or _is_linked(user):
            _refuse(request, user.username if user else "")
        with write_transaction():
            sociallogin.connect(request, user)
            account = sociallogin.account
            issuer, _space, subject = account.uid.partition(" ")
            data = {"issuer": issuer, "subject": subject, "provider": account.provider}
            caller = caller_from_request(request, user=user)
            target = Target.of("user", user.id)
            record(caller=caller, action=actions.IDENTITY_LINKED, target=target, data=data)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Mapping[str, Any]) -> User:
        """Make issuer and subject the key, before allauth looks the identity up.

        No account is guessed from the claims: `pre_social_login` decides which one it is.
        """
        issuer, subject = _issuer_and_subject(sociallogin)
        if issuer is None:
            _refuse(request, "")
        sociallogin.account.uid = identity_key(issuer, subject)
        return sociallogin.user  # type: ignore[no-any-return]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never by allauth's own form: `pre_social_login` has decided before."""
        return False

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Foundry sends no mail about accounts: every change is on record."""

    def on_authentication_error(
        self, request: HttpRequest, provider: SocialApp, error: Any = None, **kwargs: Any
    ) -> None:
        services.record_failed_sign_in(caller=unknown_caller(request), username="", component="outside")


def sign_in(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Send the browser to the provider, or say that the provider cannot be asked where to."""
    try:
        response: HttpResponseBase = openid.login(request, provider_id)
    except requests.RequestException as error:
        logger.warning("The sign-in provider cannot be asked: %s", error)
        return render(request, "socialaccount/authentication_error.html", status=503)
    return response


def _provider() -> Provider:
    provider: Provider | None = settings.FOUNDRY_OIDC
    assert provider is not None, "allauth asks only for applications that the settings name"
    return provider


def identity_key(issuer: str, subject: str) -> str:
    """How the table names an identity outside. An issuer is a URL, which has no space: no two pairs share a key."""
    return f"{issuer} {subject}"


def _issuer_and_subject(sociallogin: SocialLogin) -> tuple[str | None, str]:
    """Who says so, and of whom; no issuer where it is not the one that the operator named.

    The issuer is the one of the signed ID token, and what the provider answers besides must be about the same subject
    (OpenID Connect Core 1.0, sections 3.1.3.7 and 5.3.2).
    """
    data = sociallogin.account.extra_data
    token, answer = data.get("id_token") or {}, data.get("userinfo") or {}
    issuer, subject = token.get("iss"), token.get("sub")
    is_ours = isinstance(issuer, str) and issuer.rstrip("/") == _provider().issuer
    if not is_ours or not isinstance(subject, str) or not subject or answer.get("sub", subject) != subject:
        return None, ""
    return _provider().issuer, subject


def _is_linked(user: User) -> bool:
    """Whether the provider's person of this account is known already: then nobody else is let in as them."""
    return bool(SocialAccount.objects.filter(user=user, uid__startswith=identity_key(_provider().issuer, "")).exists())


def _claims(sociallogin: SocialLogin) -> Mapping[str, Any]:
    """What the provider says of the person: its answer, and what it signed."""
    data = sociallogin.account.extra_data
    return {**(data.get("id_token") or {}), **(data.get("userinfo") or {})}


def _account_named(claims: Mapping[str, Any]) -> User | None:
    """The account that the claim names: by its user name, or by a verified e-mail address that is one account's."""
    claim = _provider().username_claim
    name = claims.get(claim)
    if not isinstance(name, str) or not name:
        return None
    if claim != "email":
        return User.objects.named(name).first()
    if claims.get("email_verified") is not True:
        return None
    found = list(User.objects.active().filter(email__iexact=name)[:2])
    return found[0] if len(found) == 1 else None


def _new_account(request: HttpRequest, claims: Mapping[str, Any]) -> User | None:
    """An account for somebody whom only the provider knows, where the operator wants that."""
    name = claims.get(_provider().username_claim)
    if not _provider().makes_accounts or not isinstance(name, str):
        return None
    try:
        return services.create_account(
            caller=unknown_caller(request), username=name, display_name=str(claims.get("name") or name)
        )
    except ValidationFailed:
        return None


def _refuse(request: HttpRequest, username: str) -> NoReturn:
    services.record_failed_sign_in(caller=unknown_caller(request), username=username, component="outside")
    clear_authentication_records(request)
    raise ImmediateHttpResponse(render(request, "socialaccount/refused.html", status=403))
