"""What is advertised of a site, and what is taken of what others advertise."""

from __future__ import annotations

from uuid import UUID

import pytest

from stages.replication.discovery.adverts import SERVICE, Advert, read_advert

PROJECT = UUID("0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
KEY = "ab" * 32


def sent(advert: Advert, **changed: str | None) -> dict[bytes, bytes | None]:
    """The properties as they arrive; None leaves one without a value."""
    properties = {**advert.properties, **changed}
    return {name.encode(): value.encode() if value is not None else None for name, value in properties.items()}


def test_an_advert_arrives_as_it_was_sent() -> None:
    advert = Advert(PROJECT, KEY, "wss://basel.example/foundry")
    assert read_advert(sent(advert)) == advert
    assert advert.name.endswith(f".{SERVICE}")
    assert len(advert.name.removesuffix(f".{SERVICE}")) <= 63


@pytest.mark.parametrize(
    ("address", "port"),
    [("wss://basel.example", 443), ("ws://127.0.0.1", 80), ("wss://basel.example:8443/foundry", 8443)],
)
def test_the_port_is_that_of_the_address(address: str, port: int) -> None:
    assert Advert(PROJECT, KEY, address).port == port


def test_an_address_that_is_too_long_does_not_fit() -> None:
    longest = "wss://basel.example/" + "x" * 227
    assert Advert(PROJECT, KEY, longest).fits
    assert not Advert(PROJECT, KEY, longest + "x").fits


@pytest.mark.parametrize(
    "changed",
    [
        {"project": "network"},
        {"project": None},
        {"key": KEY.upper()},
        {"key": KEY[:-2]},
        {"address": None},
        {"address": "wss://"},
        {"address": "wss://[::1"},
        {"address": "wss://basel.example/\n"},
        {"address": "wss://bäsel.example"},
    ],
)
def test_anything_else_is_none(changed: dict[str, str | None]) -> None:
    assert read_advert(sent(Advert(PROJECT, KEY, "wss://basel.example"), **changed)) is None
    assert read_advert({b"\xff": None}) is None
    assert read_advert({}) is None
