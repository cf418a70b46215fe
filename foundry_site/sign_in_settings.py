"""The settings of sign-in and reauthentication; ``settings.py`` imports all of them."""

from __future__ import annotations

from datetime import timedelta

from foundry_site.environment import read_environment
from foundry_site.openid_connect import configured_providers

ENVIRONMENT = read_environment()

FOUNDRY_PUBLIC_SIGNUP = ENVIRONMENT.public_signup
FOUNDRY_LOCKOUT_FAILURES = ENVIRONMENT.lockout_failures
FOUNDRY_LOCKOUT_ADDRESS_FAILURES = ENVIRONMENT.lockout_address_failures
FOUNDRY_LOCKOUT_WINDOW = timedelta(minutes=ENVIRONMENT.lockout_window_minutes)
FOUNDRY_LOCKOUT_DURATION = timedelta(minutes=ENVIRONMENT.lockout_minutes)
FOUNDRY_SESSION_IDLE = timedelta(minutes=ENVIRONMENT.session_idle_minutes)
FOUNDRY_SESSION_LIFETIME = timedelta(hours=ENVIRONMENT.session_hours)
FOUNDRY_PASSWORD_HISTORY = ENVIRONMENT.password_history
FOUNDRY_SIGNING_PERIOD = timedelta(minutes=ENVIRONMENT.signing_minutes)
FOUNDRY_SIGNING_CONFIRMED = ENVIRONMENT.signing_confirmed
# How long a reauthentication is valid for changes of an account.
FOUNDRY_PROOF_PERIOD = timedelta(minutes=10)
ACCOUNT_REAUTHENTICATION_TIMEOUT = int(FOUNDRY_PROOF_PERIOD.total_seconds())
FOUNDRY_OIDC = ENVIRONMENT.oidc

AUTH_USER_MODEL = "accounts.User"
# For names and passwords only; allauth's own backend would accept closed accounts. Sign-in with passkeys and external
# accounts does not use a backend.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": ENVIRONMENT.password_length},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if FOUNDRY_PASSWORD_HISTORY:
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "accounts.password_rules.NotUsedBefore"})
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "change_password": "accounts.forms.ChangePasswordForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
# allauth counts in the cache, which may vanish; `accounts.lockout` counts in Postgres.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "accounts.factors.FactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.SignInCodeForm",
    "reauthenticate": "accounts.forms.ConfirmCodeForm",
    "authenticate_webauthn": "accounts.forms.SignInPasskeyForm",
    "login_webauthn": "accounts.forms.OnlyPasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.ConfirmPasskeyForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Passkeys must verify their user, because they also sign, and possession alone must not be enough.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Without TLS, browsers use passkeys on http://localhost only, whatever is allowed here.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.https
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Foundry sends no mails for verification.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Clocks of phones may differ by half a minute.
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "accounts.openid_connect.OpenIDAccountAdapter"
SOCIALACCOUNT_PROVIDERS = configured_providers(FOUNDRY_OIDC)
