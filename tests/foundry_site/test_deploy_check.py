"""What production settings are: no warning of Django's, TLS everywhere, secrets that nobody else reads (issue 5)."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.patience import COMMAND_PATIENCE

PRODUCTION = {"FOUNDRY_HTTPS": "true", "FOUNDRY_ALLOWED_HOSTS": "foundry.example"}
FACTS = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
there = Client(headers={"host": "foundry.example"})
plain = there.get("/accounts/login/")
probe = there.get("/healthz")
print(json.dumps({
    "location": plain.get("Location"), "probe": probe.status_code, "cookie": settings.SESSION_COOKIE_SECURE,
    "insecure": settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN,
    "hsts": there.get("/healthz", secure=True)["Strict-Transport-Security"],
}))
"""


SECRETS = """
from django.conf import settings
print(settings.SECRET_KEY)
"""


@pytest.fixture
def environment(process_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return {**process_environment, **PRODUCTION, "FOUNDRY_DATA_DIR": str(tmp_path)}


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    return subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=COMMAND_PATIENCE,
        check=False,
    )


def test_check_deploy_has_nothing_to_say(environment: dict[str, str]) -> None:
    checked = run(environment, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    assert "no issues (0 silenced)" in checked.stdout


def test_everything_goes_over_tls_but_what_watches_the_server(environment: dict[str, str]) -> None:
    told = run(environment, "-c", FACTS)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout.splitlines()[-1]) == {
        "location": "https://foundry.example/accounts/login/",
        "probe": 200,
        "cookie": True,
        "insecure": False,
        "hsts": "max-age=31536000; includeSubDomains; preload",
    }


def test_secrets_that_nobody_gave_are_made_for_their_owner_only(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment, "-c", SECRETS)
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir() if path.is_file()}
    assert made == dict.fromkeys(made, 0o600)
    assert {"secret_key", "metrics_token"} <= made.keys()
    assert len((tmp_path / "secret_key").read_text()) >= 50


def test_secrets_from_the_environment_leave_no_file(environment: dict[str, str], tmp_path: Path) -> None:
    given = {"FOUNDRY_SECRET_KEY": os.urandom(32).hex(), "FOUNDRY_METRICS_TOKEN": os.urandom(32).hex()}
    used = run({**environment, **given}, "-c", SECRETS)
    assert given["FOUNDRY_SECRET_KEY"] in used.stdout
    assert not (tmp_path / "secret_key").exists()
    assert not (tmp_path / "metrics_token").exists()
