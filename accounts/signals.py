"""Receivers of signals of Django, allauth and our models: each calls the service that records what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import actions, lockout, services
from accounts.callers import caller_from_request, cookie_credential, foundry_caller, unknown_caller
from accounts.confirmation import record_sign_in_as_proof
from accounts.factors import Factor, record_change
from accounts.models import User, password_hash_outdated
from accounts.services.passwords import rehash_password
from accounts.sessions import forget_session, replaced_session


@receiver(user_logged_in)
def signed_in(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    replaced = replaced_session(request)
    if replaced is not None:
        # Django drops the other session without a signal; the sign-out ends its sockets and locks.
        before, key = replaced
        caller = replace(caller_from_request(request, user=before), credential=cookie_credential(key))
        services.record_sign_out(caller=caller)
        forget_session(key)
    lockout.forget(user)
    record_sign_in_as_proof(request, user)
    methods = [record.get("type", record["method"]) for record in get_authentication_records(request, user)]
    services.record_sign_in(caller=caller_from_request(request, user=user), methods=methods)


@receiver(user_logged_out)
def signed_out(sender: object, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Sent before the session is emptied; ``user`` is None if nobody was signed in."""
    if user is not None:
        services.record_sign_out(caller=caller_from_request(request, user=user))
        forget_session(request.session.session_key or "")


@receiver(user_login_failed)
def sign_in_failed(
    sender: object, credentials: Mapping[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    caller = foundry_caller("command") if request is None else unknown_caller(request)
    services.record_failed_sign_in(caller=caller, username=str(credentials.get("username", "")))


@receiver(password_hash_outdated)
def hash_outdated(sender: object, user: User, password: str, **kwargs: Any) -> None:
    rehash_password(user=user, password=password)
    request = context.request
    if request is not None and request.user == user:
        # Sessions are tied to the hash. Whoever confirms with their password, or signs with it, stays signed in, also
        # in requests of the same page that are answered before this one.
        request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        request.session.save()


@receiver(post_save, sender=Authenticator)
def factor_saved(
    sender: object, instance: Authenticator, created: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    """allauth only saves whole rows when one is made, a passkey is renamed, or a recovery code is used."""
    if created:
        record_change(actions.FACTOR_ADDED, instance)
    elif update_fields is None and instance.type == Factor.PASSKEY:
        record_change(actions.FACTOR_RENAMED, instance)
    elif update_fields is None and instance.type == Factor.RECOVERY:
        record_change(actions.RECOVERY_CODE_USED, instance)


@receiver(post_delete, sender=Authenticator)
def factor_removed(sender: object, instance: Authenticator, **kwargs: Any) -> None:
    record_change(actions.FACTOR_REMOVED, instance)
