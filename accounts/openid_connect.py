"""Sign-in with an external provider by OpenID Connect: which identity belongs to which account.

At the first sign-in, a claim that the operator chose selects the account; later ones use the provider's subject, which
never changes. A subject is unique only together with its issuer (OpenID Connect Core 1.0, section 2), so both are the
key. The provider only authenticates people: accounts must have been made by an administrator and be open, and those of
agents and services cannot be used.
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
    """The setting ``FOUNDRY_OIDC``."""

    @property
    def issuer(self) -> str: ...
    @property
    def username_claim(self) -> str: ...
    @property
    def makes_accounts(self) -> bool: ...


class OpenIDAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Named by the setting ``SOCIALACCOUNT_ADAPTER``."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """Only the providers of the environment; rows in the database are ignored."""
        return [app for app in super().list_apps(request, provider, client_id) if app.pk is None]

    def get_requests_session(self) -> requests.Session:
        """The session for requests to the provider; `kernel.outbound` checks every address in its document."""
        session: requests.Session = super().get_requests_session()
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, Outbound())
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account of the identity, and connect it with the provider's subject at the first sign-in."""
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
        """Never by allauth's form, because `pre_social_login` has decided before."""
        return False

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Foundry sends no mail about accounts: every change is on record."""

    def on_authentication_error(
        self, request: HttpRequest, provider: SocialApp, error: Any = None, **kwargs: Any
    ) -> None:
        services.record_failed_sign_in(caller=unknown_caller(request), username="", component="outside")


def sign_in(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Redirect the browser to the provider, or show that the provider's configuration cannot be read."""
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
    """The key of an external identity in the table. It is unambiguous, because an issuer is a URL and has no space."""
    return f"{issuer} {subject}"


def _issuer_and_subject(sociallogin: SocialLogin) -> tuple[str | None, str]:
    """The issuer and the subject; the issuer is empty if it is not the one that the operator configured.

    The issuer is that of the signed ID token, and the provider's other answers must be about the same subject (OpenID
    Connect Core 1.0, sections 3.1.3.7 and 5.3.2).
    """
    data = sociallogin.account.extra_data
    token, answer = data.get("id_token") or {}, data.get("userinfo") or {}
    issuer, subject = token.get("iss"), token.get("sub")
    is_ours = isinstance(issuer, str) and issuer.rstrip("/") == _provider().issuer
    if not is_ours or not isinstance(subject, str) or not subject or answer.get("sub", subject) != subject:
        return None, ""
    return _provider().issuer, subject


def _is_linked(user: User) -> bool:
    """Whether the account is connected with an identity already, so that no other identity can use it."""
    return bool(SocialAccount.objects.filter(user=user, uid__startswith=identity_key(_provider().issuer, "")).exists())


def _claims(sociallogin: SocialLogin) -> Mapping[str, Any]:
    """The claims of the provider: its answer, and the signed ID token."""
    data = sociallogin.account.extra_data
    return {**(data.get("id_token") or {}), **(data.get("userinfo") or {})}


def _account_named(claims: Mapping[str, Any]) -> User | None:
    """The account that the claim names: by user name, or by a verified e-mail address that only one account has."""
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
    """Make an account for a person whom only the provider knows, if the operator allows it."""
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
