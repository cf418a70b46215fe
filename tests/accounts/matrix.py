"""Rows of the permission matrix: accounts and sign-in."""

from __future__ import annotations

from tests.matrix import OTHER, SiteRow

SITE_REST = (
    SiteRow("api_tokens", "GET", "auth/tokens/", 200),
    SiteRow("api_tokens", "POST", "auth/tokens/", "validation_failed", "validation_failed"),
    SiteRow("api_token", "DELETE", f"auth/tokens/{OTHER}/", "not_found"),
    SiteRow("api_me", "GET", "me/", 200),
    SiteRow("api_users", "GET", "users/", 200),
    # The request has no body, or no proof.
    SiteRow("api_users", "POST", "users/", "validation_failed", may=("administrator",)),
    SiteRow("api_user", "PATCH", f"users/{OTHER}/", "reauthentication_needed", may=("administrator",)),
    SiteRow(
        "api_user_deactivate",
        "POST",
        f"users/{OTHER}/deactivate/",
        "reauthentication_needed",
        may=("administrator",),
    ),
)
SITE_PAGES = (
    SiteRow("account_login", "GET", "/accounts/login/", 302, 200),
    SiteRow("account_logout", "GET", "/accounts/logout/", 200),
    SiteRow("account_session", "GET", "/accounts/session/", 200),
    SiteRow("account_session", "POST", "/accounts/session/", 200),
    SiteRow("account_reauthenticate", "GET", "/accounts/reauthenticate/", 200),
    SiteRow("account_change_password", "GET", "/accounts/password/change/", 200),
    SiteRow("account_set_password", "GET", "/accounts/password/set/", 302),
    SiteRow("mfa_index", "GET", "/accounts/factors/", 302, 302),
    SiteRow("mfa_authenticate", "GET", "/accounts/factors/sign-in/", 302),
    SiteRow("mfa_reauthenticate", "GET", "/accounts/factors/confirm/", 302),
    SiteRow("mfa_activate_totp", "GET", "/accounts/factors/codes/add/", 302),
    SiteRow("mfa_deactivate_totp", "GET", "/accounts/factors/codes/remove/", 302),
    SiteRow("mfa_view_recovery_codes", "GET", "/accounts/factors/recovery/", "not_found"),
    SiteRow("mfa_generate_recovery_codes", "GET", "/accounts/factors/recovery/make/", 302),
    SiteRow("mfa_list_webauthn", "GET", "/accounts/factors/passkeys/", 302, 302),
    SiteRow("mfa_add_webauthn", "GET", "/accounts/factors/passkeys/add/", 302),
    SiteRow("mfa_login_webauthn", "GET", "/accounts/factors/passkeys/sign-in/", 302),
    SiteRow("mfa_reauthenticate_webauthn", "GET", "/accounts/factors/passkeys/confirm/", 302),
    SiteRow("mfa_remove_webauthn", "GET", "/accounts/factors/passkeys/0/remove/", 302),
    SiteRow("mfa_edit_webauthn", "GET", "/accounts/factors/passkeys/0/rename/", 302),
)
