"""Checks this node: its disk, its built files, and its settings for the web."""

from __future__ import annotations

import shutil
from pathlib import Path
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core import checks, mail

from kernel.doctor import Diagnoses, Diagnosis, bad, ok, warn

MIN_FREE_BYTES: Final = 1024**3
LITTLE_FREE: Final = 0.1
SECONDS_TO_ANSWER: Final = 5
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


def examine() -> Diagnoses:
    """Check disk, built files, host names, TLS, and Django's settings for production."""
    yield _disk()
    yield _files()
    yield _hosts()
    yield from _deployment()
    yield _mail()


def _disk() -> Diagnosis:
    folder = Path(settings.FOUNDRY_DATA_DIR)
    usage = shutil.disk_usage(folder if folder.exists() else folder.parent)
    words = f"{usage.free / 1024**3:.1f} GiB free of {usage.total / 1024**3:.0f}"
    if usage.free < MIN_FREE_BYTES:
        return bad("Disk", words, f"Make room where {folder} lies: with a full disk nothing is saved.")
    if usage.free < usage.total * LITTLE_FREE:
        return warn("Disk", words, f"Make room where {folder} lies soon.")
    return ok("Disk", words)


def _files() -> Diagnosis:
    folder = Path(settings.BASE_DIR) / "static" / "dist"
    if not any(folder.glob("*.js")) or not any(folder.glob("*.css")):
        return bad("Browser files", "not built", "npm ci && npm run build, or start script/run once.")
    return ok("Browser files", "built")


def _hosts() -> Diagnosis:
    hosts = set(settings.ALLOWED_HOSTS)
    if any(host.startswith(("*", ".")) for host in hosts):
        return bad("Host names", ", ".join(sorted(hosts)), "Name each host in FOUNDRY_ALLOWED_HOSTS.")
    if hosts <= LOCAL:
        return warn("Host names", "this machine's only", "Set FOUNDRY_ALLOWED_HOSTS to the name that people type.")
    return ok("Host names", ", ".join(sorted(hosts)))


def _deployment() -> Diagnoses:
    """Django's own checks, including those for production."""
    if settings.DEBUG:
        yield bad("Debug pages", "on", "Unset FOUNDRY_DEBUG: they show everybody the inside of the server.")
    if not settings.SESSION_COOKIE_SECURE:
        yield warn("TLS", "FOUNDRY_HTTPS is off", "Set FOUNDRY_HTTPS=true behind a proxy that ends TLS.")
    found = checks.run_checks(include_deployment_checks=True)
    # Without TLS, many of Django's checks would report the same.
    relevant = [each for each in found if settings.SESSION_COOKIE_SECURE or not (each.id or "").startswith("security.")]
    for each in relevant:
        level = bad if each.is_serious() else warn
        yield level("Django", f"{each.id}: {each.msg}", each.hint or "See the documentation of this check.")
    if not found:
        yield ok("Django", "check --deploy has nothing to say")


def _mail() -> Diagnosis:
    server = settings.ENVIRONMENT.mail
    if server is None:
        return ok("Mail", "none is sent (EMAIL_HOST is not set)")
    name = f"{server.host}:{server.port}"
    try:
        with mail.get_connection(timeout=SECONDS_TO_ANSWER):
            return ok("Mail", f"{name} takes us in")
    except (OSError, SMTPException) as error:
        return bad("Mail", f"{name} refuses: {error}", "Check EMAIL_HOST, EMAIL_PORT, EMAIL_SECURITY and the account.")
