"""What an operator may choose of sites."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.environment import EnvironmentVariableError
from stages.replication.environment import read_settings
from tests.replication.certificates import make_certificate


def test_nothing_is_on_until_an_operator_says_so() -> None:
    found = read_settings({})
    assert found.pop("FOUNDRY_SITE_NAME")
    assert found == {
        "FOUNDRY_SITES_URL": "",
        "FOUNDRY_SITES_CERTIFICATE": "",
        "FOUNDRY_SITES_PLAIN": False,
        "FOUNDRY_DISCOVERY": False,
        "FOUNDRY_DISCOVERY_INTERFACES": (),
        "FOUNDRY_CLOCK_SKEW": 300,
    }


def test_a_site_without_a_name_is_called_by_its_address() -> None:
    found = read_settings({"FOUNDRY_SITES_URL": "wss://basel.example:8443/foundry/"})
    assert found["FOUNDRY_SITES_URL"] == "wss://basel.example:8443/foundry"
    assert found["FOUNDRY_SITE_NAME"] == "basel.example"
    assert read_settings({"FOUNDRY_SITE_NAME": "Basel"})["FOUNDRY_SITE_NAME"] == "Basel"


@pytest.mark.parametrize(
    ("pages", "sites"),
    [
        ("https://basel.example/foundry/", "wss://basel.example/foundry"),
        ("http://localhost:8000", "ws://localhost:8000"),
        ("http://plant.internal", ""),
        ("", ""),
    ],
)
def test_a_site_is_dialled_where_its_pages_are(pages: str, sites: str) -> None:
    assert read_settings({"FOUNDRY_URL": pages})["FOUNDRY_SITES_URL"] == sites


def test_an_address_without_tls_is_for_this_machine_only() -> None:
    """Case 4, of a site's own address."""
    for here in ("ws://127.0.0.1:8000", "ws://localhost:8000", "ws://[::1]:8000"):
        assert read_settings({"FOUNDRY_SITES_URL": here})["FOUNDRY_SITES_URL"] == here
    plain = {"FOUNDRY_SITES_URL": "ws://plant.internal"}
    with pytest.raises(EnvironmentVariableError, match="FOUNDRY_SITES_PLAIN"):
        read_settings(plain)
    assert read_settings({**plain, "FOUNDRY_SITES_PLAIN": "true"})["FOUNDRY_SITES_URL"] == "ws://plant.internal"


def test_a_certificate_is_read_at_the_start(tmp_path: Path) -> None:
    certificate, private = make_certificate()
    file = tmp_path / "site.pem"
    file.write_text(certificate)
    found = read_settings({"FOUNDRY_SITES_CERTIFICATE": str(file)})
    assert found["FOUNDRY_SITES_CERTIFICATE"] == certificate
    file.write_text(certificate + private)
    with pytest.raises(EnvironmentVariableError, match="the certificate alone"):
        read_settings({"FOUNDRY_SITES_CERTIFICATE": str(file)})
    for wrong in ("", "no certificate", "größer"):
        file.write_text(wrong)
        with pytest.raises(EnvironmentVariableError, match="no certificate in PEM form"):
            read_settings({"FOUNDRY_SITES_CERTIFICATE": str(file)})
    with pytest.raises(EnvironmentVariableError, match="no certificate in PEM form"):
        read_settings({"FOUNDRY_SITES_CERTIFICATE": str(tmp_path / "missing.pem")})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("FOUNDRY_SITES_URL", "https://basel.example"), ("FOUNDRY_SITES_URL", "wss://"), ("FOUNDRY_SITES_URL", "x")),
        *(("FOUNDRY_SITES_URL", "wss://me@basel.example"), ("FOUNDRY_SITES_URL", "wss://basel.example/?a=b")),
        *(("FOUNDRY_SITES_URL", "wss://basel.example:port"), ("FOUNDRY_SITES_URL", "wss://[::1")),
        *(("FOUNDRY_SITE_NAME", "x" * 201), ("FOUNDRY_SITE_NAME", "Basel\nBern")),
        *(("FOUNDRY_CLOCK_SKEW", "0"), ("FOUNDRY_CLOCK_SKEW", "86401"), ("FOUNDRY_CLOCK_SKEW", "1.5")),
        *(("FOUNDRY_DISCOVERY", "perhaps"), ("FOUNDRY_SITES_PLAIN", "perhaps")),
        ("FOUNDRY_DISCOVERY_INTERFACES", "eth0"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(EnvironmentVariableError, match=name):
        read_settings({name: value})
