"""Settings that come from the environment, read once and typed.

Every variable is listed in ``docs/configuration.md``; those of a stage are read in its own `environment.py`. Only the
standard library is imported here, so that the launcher can read them before anything is installed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from foundry_site.environment_values import (
    read_encryption_keys,
    read_files_url,
    read_fingerprints,
    read_key,
    read_mebibytes,
    read_schedule,
)
from kernel.environment import EnvironmentVariableError, read_flag, read_number, read_one_of, read_words

# The size of a file is a 4-byte number in the database.
MAX_FILE_MIB = 2047
# Seconds: that of procrastinate's workers, which all processes go by when they look for lost ones.
MAX_HEARTBEAT = 10
# What a node answers (`foundry_site.server.roles`); the first is the default.
ALL, MASTER, WORKER = ROLES = ("all", "master", "worker")

BASE_DIR = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class OpenIdProvider:
    """The external provider for sign-in by OpenID Connect; `username_claim` names the claim with the user name."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    username_claim: str
    makes_accounts: bool


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server for outgoing mails; `security` is `starttls`, `tls` or `none`."""

    host: str
    port: int
    user: str
    password: str
    security: str
    sender: str


@dataclass(frozen=True, slots=True)
class Environment:
    """The operator's settings; the defaults run the embedded services on this machine.

    ``database_url`` and ``redis_url`` are None for the embedded services. Durations are in seconds unless their name
    says otherwise; rates are per minute. ``stages`` is None for all stages.
    """

    data_dir: Path
    role: str
    database_url: str | None
    redis_url: str | None
    debug: bool
    secret_key: str | None
    signing_key: str | None
    site_keys: tuple[str, ...]
    encryption_keys: tuple[str, ...]
    metrics_token: str | None
    url: str
    mail: MailServer | None
    allowed_hosts: tuple[str, ...]
    origins: tuple[str, ...]
    https: bool
    proxy: bool
    public_signup: bool
    lockout_failures: int
    lockout_address_failures: int
    lockout_window_minutes: int
    lockout_minutes: int
    session_idle_minutes: int
    session_hours: int
    password_length: int
    password_history: int
    signing_minutes: int
    signing_confirmed: bool
    rest_rate: int
    address_rate: int
    oidc: OpenIdProvider | None
    log_level: str
    log_format: str
    lock_ttl: int
    lock_grace: int
    socket_idle: int
    socket_rate: int
    person_sockets: int
    address_sockets: int
    header_seconds: int
    token_days: int
    inbox_days: int
    runner_heartbeat: int
    statement_timeout: int
    read_threads: int
    write_threads: int
    rest_threads: int
    layer_prefix: str
    checkpoint_cron: str
    verification_cron: str
    checkpoint_webhook: str
    timestamp_url: str
    timestamp_roots: str
    outbound_hosts: frozenset[str]
    file_limit: int
    project_files: int
    files_url: str
    stages: tuple[str, ...] | None
    demo: bool

    @property
    def path(self) -> str:
        """The path of the site on its host, such as `/foundry`; empty if it has the host to itself."""
        return urlsplit(self.url).path

    @property
    def origin(self) -> str:
        """Scheme, host and port of `url`."""
        return self.url.removesuffix(self.path)


def read_environment(variables: Mapping[str, str] = os.environ) -> Environment:
    """Read the process environment.

    Raises:
        EnvironmentVariableError: a variable has a wrong value.
    """
    return Environment(
        data_dir=Path(variables.get("FOUNDRY_DATA_DIR") or BASE_DIR / ".foundry").resolve(),
        role=read_one_of(variables, "FOUNDRY_ROLE", *ROLES),
        database_url=variables.get("DATABASE_URL") or None,
        redis_url=variables.get("REDIS_URL") or None,
        debug=read_flag(variables, "FOUNDRY_DEBUG"),
        secret_key=variables.get("FOUNDRY_SECRET_KEY") or None,
        signing_key=read_key(variables, "FOUNDRY_SIGNING_KEY"),
        site_keys=read_fingerprints(variables, "FOUNDRY_SITE_KEYS"),
        encryption_keys=read_encryption_keys(variables),
        metrics_token=variables.get("FOUNDRY_METRICS_TOKEN") or None,
        url=_site_address(variables),
        mail=_mail_server(variables),
        allowed_hosts=read_words(variables, "FOUNDRY_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]"),
        origins=read_words(variables, "FOUNDRY_ORIGINS", ""),
        https=read_flag(variables, "FOUNDRY_HTTPS"),
        proxy=read_flag(variables, "FOUNDRY_PROXY"),
        public_signup=read_flag(variables, "FOUNDRY_PUBLIC_SIGNUP"),
        lockout_failures=read_number(variables, "FOUNDRY_LOCKOUT_FAILURES", 5, minimum=1),
        lockout_address_failures=read_number(variables, "FOUNDRY_LOCKOUT_ADDRESS_FAILURES", 50, minimum=1),
        lockout_window_minutes=read_number(variables, "FOUNDRY_LOCKOUT_WINDOW_MINUTES", 15, minimum=1),
        lockout_minutes=read_number(variables, "FOUNDRY_LOCKOUT_MINUTES", 15, minimum=1),
        session_idle_minutes=read_number(variables, "FOUNDRY_SESSION_IDLE_MINUTES", 30, minimum=2),
        session_hours=read_number(variables, "FOUNDRY_SESSION_HOURS", 12, minimum=1),
        password_length=read_number(variables, "FOUNDRY_PASSWORD_LENGTH", 12, minimum=8),
        password_history=read_number(variables, "FOUNDRY_PASSWORD_HISTORY", 5, minimum=0),
        signing_minutes=read_number(variables, "FOUNDRY_SIGNING_MINUTES", 60, minimum=0),
        signing_confirmed=read_flag(variables, "FOUNDRY_SIGNING_CONFIRMED", "true"),
        rest_rate=read_number(variables, "FOUNDRY_REST_RATE", 6000, minimum=0),
        address_rate=read_number(variables, "FOUNDRY_ADDRESS_RATE", 30000, minimum=0),
        oidc=_provider(variables),
        log_level=variables.get("FOUNDRY_LOG_LEVEL", "INFO").upper(),
        log_format=read_one_of(variables, "FOUNDRY_LOG_FORMAT", "text", "json"),
        lock_ttl=read_number(variables, "FOUNDRY_LOCK_TTL", 60, minimum=2),
        lock_grace=read_number(variables, "FOUNDRY_LOCK_GRACE", 5, minimum=1),
        socket_idle=read_number(variables, "FOUNDRY_SOCKET_IDLE", 60, minimum=5),
        socket_rate=read_number(variables, "FOUNDRY_SOCKET_RATE", 100, minimum=10),
        person_sockets=read_number(variables, "FOUNDRY_PERSON_SOCKETS", 64, minimum=0),
        address_sockets=read_number(variables, "FOUNDRY_ADDRESS_SOCKETS", 256, minimum=0),
        header_seconds=read_number(variables, "FOUNDRY_HEADER_SECONDS", 20, minimum=1),
        token_days=read_number(variables, "FOUNDRY_TOKEN_DAYS", 90, minimum=1),
        inbox_days=read_number(variables, "FOUNDRY_INBOX_DAYS", 180, minimum=0),
        runner_heartbeat=_heartbeat(variables),
        statement_timeout=read_number(variables, "FOUNDRY_STATEMENT_TIMEOUT", 30, minimum=0),
        read_threads=read_number(variables, "FOUNDRY_READ_THREADS", 4, minimum=1),
        write_threads=read_number(variables, "FOUNDRY_WRITE_THREADS", 4, minimum=1),
        rest_threads=read_number(variables, "FOUNDRY_REST_THREADS", 8, minimum=1),
        layer_prefix=variables.get("FOUNDRY_LAYER_PREFIX", "foundry"),
        checkpoint_cron=read_schedule(variables, "FOUNDRY_CHECKPOINT_CRON", "*/10 * * * *"),
        verification_cron=read_schedule(variables, "FOUNDRY_VERIFICATION_CRON", "17 * * * *"),
        checkpoint_webhook=_web_address(variables, "FOUNDRY_CHECKPOINT_WEBHOOK"),
        outbound_hosts=_outbound_hosts(variables),
        timestamp_url=_web_address(variables, "FOUNDRY_TIMESTAMP_URL", needs="FOUNDRY_TIMESTAMP_ROOTS"),
        timestamp_roots=variables.get("FOUNDRY_TIMESTAMP_ROOTS", ""),
        file_limit=read_mebibytes(variables, "FOUNDRY_FILE_LIMIT", 100, most=MAX_FILE_MIB),
        project_files=read_mebibytes(variables, "FOUNDRY_PROJECT_FILES", 2048),
        files_url=read_files_url(variables),
        # Set and empty means none.
        stages=read_words(variables, "FOUNDRY_STAGES", "") if "FOUNDRY_STAGES" in variables else None,
        demo=read_flag(variables, "FOUNDRY_DEMO"),
    )


def _heartbeat(variables: Mapping[str, str]) -> int:
    """Seconds; whoever is silent for three times the most of it is taken for lost by every process."""
    seconds = read_number(variables, "FOUNDRY_RUNNER_HEARTBEAT", MAX_HEARTBEAT, minimum=1)
    if seconds > MAX_HEARTBEAT:
        raise EnvironmentVariableError(f"FOUNDRY_RUNNER_HEARTBEAT takes at most {MAX_HEARTBEAT} seconds.")
    return seconds


def _web_address(variables: Mapping[str, str], name: str, *, needs: str = "") -> str:
    text = variables.get(name, "").strip()
    if text and not text.startswith(("https://", "http://")):
        raise EnvironmentVariableError(f"{name} takes an address like https://example.org/tsr, not {text!r}.")
    _check_tls(variables, name, text)
    if text and needs and not variables.get(needs):
        raise EnvironmentVariableError(f"{name} needs {needs}: without it nobody knows whom to believe.")
    return text


def _outbound_hosts(variables: Mapping[str, str]) -> frozenset[str]:
    """Host names and addresses as `urlsplit` spells them: lower case, without brackets and a dot at the end."""
    words = read_words(variables, "FOUNDRY_OUTBOUND_HOSTS", "")
    for word in words:
        if re.fullmatch(r"[\w.-]+|\[?[0-9a-fA-F:]+\]?", word) is None:
            raise EnvironmentVariableError(
                f"FOUNDRY_OUTBOUND_HOSTS takes names of hosts, with commas and without ports, not {word!r}."
            )
    return frozenset(word.lower().strip("[]").rstrip(".") for word in words)


def _check_tls(variables: Mapping[str, str], name: str, address: str) -> None:
    try:
        host = (urlsplit(address).hostname or "").rstrip(".")
    except ValueError as error:
        raise EnvironmentVariableError(f"{name} takes an address, not {address!r}: {error}.") from None
    if address.startswith("http://") and host not in _outbound_hosts(variables):
        raise EnvironmentVariableError(
            f"{name} takes an address that begins with https://; one without TLS needs its host in"
            f" FOUNDRY_OUTBOUND_HOSTS: {host}."
        )


def _site_address(variables: Mapping[str, str]) -> str:
    text = variables.get("FOUNDRY_URL", "").strip().rstrip("/")
    # The path is used in names of cookies and in a header, so it must not contain characters that need quoting there.
    if text and re.fullmatch(r"https?://[^/?#\s]+(/(?!\.+(/|\Z))[A-Za-z0-9._~-]+)*", text) is None:
        raise EnvironmentVariableError(
            f"FOUNDRY_URL takes an address like https://foundry.example or https://example.org/foundry, not {text!r}."
        )
    return text


def _mail_server(variables: Mapping[str, str]) -> MailServer | None:
    host = variables.get("EMAIL_HOST", "").strip()
    if not host:
        return None
    address = _site_address(variables)
    if not address:
        raise EnvironmentVariableError("EMAIL_HOST needs FOUNDRY_URL: every mail links to what it is about.")
    security = variables.get("EMAIL_SECURITY", "").strip().lower() or "starttls"
    ports = {"starttls": 587, "tls": 465, "none": 25}
    if security not in ports:
        raise EnvironmentVariableError(f"EMAIL_SECURITY takes starttls, tls or none, not {security!r}.")
    return MailServer(
        host=host,
        port=read_number(variables, "EMAIL_PORT", ports[security], minimum=1),
        user=variables.get("EMAIL_HOST_USER", ""),
        password=variables.get("EMAIL_HOST_PASSWORD", ""),
        security=security,
        sender=variables.get("EMAIL_FROM", "").strip() or f"Foundry <foundry@{urlsplit(address).hostname}>",
    )


def _provider(variables: Mapping[str, str]) -> OpenIdProvider | None:
    issuer = variables.get("FOUNDRY_OIDC_ISSUER", "").strip().rstrip("/")
    if not issuer:
        return None
    if not issuer.startswith(("https://", "http://")):
        raise EnvironmentVariableError(f"FOUNDRY_OIDC_ISSUER takes an address like https://id.example, not {issuer!r}.")
    _check_tls(variables, "FOUNDRY_OIDC_ISSUER", issuer)
    client_id = variables.get("FOUNDRY_OIDC_CLIENT_ID", "")
    if not client_id:
        raise EnvironmentVariableError("FOUNDRY_OIDC_CLIENT_ID is needed with FOUNDRY_OIDC_ISSUER.")
    return OpenIdProvider(
        issuer=issuer,
        client_id=client_id,
        client_secret=variables.get("FOUNDRY_OIDC_CLIENT_SECRET", ""),
        name=variables.get("FOUNDRY_OIDC_NAME") or "OpenID Connect",
        username_claim=variables.get("FOUNDRY_OIDC_USERNAME_CLAIM") or "preferred_username",
        makes_accounts=read_flag(variables, "FOUNDRY_OIDC_MAKES_ACCOUNTS"),
    )
