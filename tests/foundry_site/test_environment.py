from __future__ import annotations

import re
from pathlib import Path

import pytest

from foundry_site.environment import BASE_DIR, read_environment
from kernel.environment import EnvironmentVariableError


def test_nothing_set_means_embedded_services_in_the_checkout() -> None:
    environment = read_environment({})
    assert environment.data_dir == BASE_DIR / ".foundry"
    assert (environment.database_url, environment.redis_url) == (None, None)
    assert (environment.debug, environment.public_signup, environment.https) == (False, False, False)


def test_each_service_is_replaced_by_itself() -> None:
    environment = read_environment({"DATABASE_URL": "postgresql://here/db", "REDIS_URL": ""})
    assert (environment.database_url, environment.redis_url) == ("postgresql://here/db", None)


def test_lists_are_separated_by_commas() -> None:
    environment = read_environment({"FOUNDRY_ALLOWED_HOSTS": "a.example, b.example,"})
    assert environment.allowed_hosts == ("a.example", "b.example")


def test_pinned_keys_are_fingerprints() -> None:
    assert read_environment({"FOUNDRY_SITE_KEYS": f"{'AB' * 32}, {'cd' * 32}"}).site_keys == ("ab" * 32, "cd" * 32)
    with pytest.raises(EnvironmentVariableError, match="FOUNDRY_SITE_KEYS takes fingerprints"):
        read_environment({"FOUNDRY_SITE_KEYS": "ab"})


def test_a_relative_data_folder_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_environment({"FOUNDRY_DATA_DIR": "data"}).data_dir == tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOUNDRY_DEBUG", "perhaps"),
        ("FOUNDRY_LOCK_TTL", "soon"),
        ("FOUNDRY_LOCK_TTL", "1"),
        ("FOUNDRY_LOCK_TTL", "-5"),
        ("FOUNDRY_READ_THREADS", "٣"),
        ("FOUNDRY_URL", "foundry.example"),
        ("FOUNDRY_URL", "https://intranet.example/foundry/../admin"),
        ("FOUNDRY_URL", "https://intranet.example//foundry"),
        ("FOUNDRY_URL", "https://intranet.example/the foundry"),
        ("FOUNDRY_URL", "https://intranet.example/foundry;x"),
        ("FOUNDRY_URL", "https://intranet.example/foundry?x=1"),
        ("FOUNDRY_OUTBOUND_HOSTS", "https://collector.example"),
        ("FOUNDRY_OUTBOUND_HOSTS", "collector.example:8080"),
        ("FOUNDRY_CHECKPOINT_WEBHOOK", "http://collector.example/"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(EnvironmentVariableError, match=name):
        read_environment({name: value})


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("", "", ""),
        ("https://foundry.example/", "https://foundry.example", ""),
        ("https://intranet.example:8443/foundry/", "https://intranet.example:8443", "/foundry"),
        ("http://localhost/qa/foundry.2", "http://localhost", "/qa/foundry.2"),
    ],
)
def test_the_path_of_the_site_is_that_of_its_address(url: str, origin: str, path: str) -> None:
    environment = read_environment({"FOUNDRY_URL": url})
    assert (environment.origin, environment.path) == (origin, path)


def test_mail_goes_out_where_a_server_is_named() -> None:
    assert read_environment({}).mail is None
    mail = read_environment({"EMAIL_HOST": "mail.example", "FOUNDRY_URL": "https://foundry.example:8443/"}).mail
    assert mail is not None
    assert (mail.port, mail.security, mail.sender) == (587, "starttls", "Foundry <foundry@foundry.example>")
    known = {"EMAIL_HOST": "mail.example", "FOUNDRY_URL": "https://foundry.example"}
    plain = read_environment({**known, "EMAIL_SECURITY": "none", "EMAIL_FROM": "qa@foundry.example"}).mail
    assert plain is not None
    assert (plain.port, plain.sender) == (25, "qa@foundry.example")
    with pytest.raises(EnvironmentVariableError, match="EMAIL_HOST needs FOUNDRY_URL"):
        read_environment({"EMAIL_HOST": "mail.example"})
    with pytest.raises(EnvironmentVariableError, match="EMAIL_SECURITY"):
        read_environment({**known, "EMAIL_SECURITY": "perhaps"})


def test_an_address_without_tls_needs_its_host_named() -> None:
    plain = {"FOUNDRY_CHECKPOINT_WEBHOOK": "http://Collector.internal:8080/x", "FOUNDRY_OUTBOUND_HOSTS": "[::1], "}
    with pytest.raises(EnvironmentVariableError, match=r"FOUNDRY_OUTBOUND_HOSTS: collector\.internal"):
        read_environment(plain)
    environment = read_environment({**plain, "FOUNDRY_OUTBOUND_HOSTS": "[::1], COLLECTOR.internal."})
    assert environment.outbound_hosts == {"::1", "collector.internal"}


def test_every_variable_is_documented() -> None:
    files = [*(BASE_DIR / "foundry_site").glob("environment*.py"), *(BASE_DIR / "stages").glob("*/environment.py")]
    source = "".join(file.read_text() for file in files)
    documented = (BASE_DIR / "docs" / "configuration.md").read_text()
    names = set(re.findall(r'"((?:FOUNDRY|DATABASE|REDIS|EMAIL)_[A-Z_]+)"', source))
    assert names
    assert [name for name in sorted(names) if f"`{name}`" not in documented] == []
