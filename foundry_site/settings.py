"""Django settings of Foundry; what an operator may choose is in ``environment.py``."""

from __future__ import annotations

from foundry_site.environment import BASE_DIR, read_environment

ENVIRONMENT = read_environment()
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key or "not-for-production"
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)

INSTALLED_APPS = [
    "daphne",
    "foundry_site",
    "workspace",
    "gateway",
    "drafts",
    "locking",
    "presence",
    "projects",
    "blobs",
    "accounts",
    "audit",
    "realtime",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
]
AUTH_USER_MODEL = "accounts.User"
ROOT_URLCONF = "foundry_site.urls"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
