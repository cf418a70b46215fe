"""Sign-in pages: those of allauth's addresses that Foundry offers, under allauth's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import views
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as codes
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.db import transaction
from django.urls import URLPattern, path
from django.views.generic import RedirectView

from accounts.confirmation import confirmation_required
from accounts.openid_connect import sign_in as sign_in_by_provider
from accounts.session_state import session_state
from accounts.views import activate_codes

# The page that lists one's factors.
on_account_page = RedirectView.as_view(pattern_name="workspace:account")


def change_of_factors(view: Callable[..., Any]) -> Callable[..., Any]:
    """Require a recent reauthentication, and commit a factor together with its event (c06).

    allauth does not always open a transaction, and does not reauthenticate accounts of an external provider.
    """
    return confirmation_required(transaction.atomic(view))


urlpatterns: list[URLPattern] = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("session/", session_state, name="account_session"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    # The former redirects here for accounts without a password.
    path("password/set/", confirmation_required(views.password_set), name="account_set_password"),
    path("factors/", on_account_page, name="mfa_index"),
    path("factors/sign-in/", factors.authenticate, name="mfa_authenticate"),
    path("factors/confirm/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("factors/codes/add/", change_of_factors(activate_codes), name="mfa_activate_totp"),
    path("factors/codes/remove/", change_of_factors(codes.deactivate_totp), name="mfa_deactivate_totp"),
    path("factors/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "factors/recovery/make/",
        change_of_factors(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("factors/passkeys/", on_account_page, name="mfa_list_webauthn"),
    path("factors/passkeys/add/", change_of_factors(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("factors/passkeys/sign-in/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("factors/passkeys/confirm/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("factors/passkeys/<int:pk>/remove/", change_of_factors(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("factors/passkeys/<int:pk>/rename/", change_of_factors(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
]

if settings.FOUNDRY_PUBLIC_SIGNUP:
    urlpatterns.append(path("signup/", views.signup, name="account_signup"))

# Only if the environment names a provider.
outside: list[URLPattern] = [
    path("outside/<slug:provider_id>/login/", sign_in_by_provider, name="openid_connect_login"),
    path("outside/<slug:provider_id>/login/callback/", openid.callback, name="openid_connect_callback"),
]
if settings.FOUNDRY_OIDC is not None:
    urlpatterns += outside
