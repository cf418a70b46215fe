"""A check of a model says what is wrong, and what to do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kernel.ring import encrypt
from stages.runs.checking import check_profile
from stages.runs.models import ModelProfile, Secret
from stages.runs.services import create_profile
from tests.runs.world import World

KEY = "sk-abc-0123456789"
HEADERS = {"openai": "Authorization", "anthropic": "x-api-key", "google": "x-goog-api-key"}


class Handler(BaseHTTPRequestHandler):
    """Answers as the last part of the address says, and notes what it was asked."""

    server: Provider

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        name = self.path.rpartition("/")[2]
        if name == "models":
            status, body = 200, json.dumps({"data": [{"id": "house"}, "junk"]})
        elif name.isdigit():
            status, body = int(name), json.dumps({"error": {"message": f"bad key {KEY}"}})
        else:
            status, body = 200, "<html>" if name == "html" else "[]" if name == "list" else json.dumps({"id": name})
        self.send_response(status)
        if status == 307:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Provider(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with Provider() as server:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({f"127.0.0.1:{server.server_port}"})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def profile_of(world: World, provider: str, model: str, address: str = "", key: str = KEY) -> ModelProfile:
    return create_profile(
        caller=world.caller("olga"),
        project_id=world.project.id,
        name=f"m-{ModelProfile.objects.count()}",
        provider=provider,
        model_name=model,
        base_url=address,
        key=key,
    )


def test_the_echo_is_always_ready(world: World):
    assert check_profile(profile_of(world, "echo", "", key="")).is_ready


@pytest.mark.parametrize("name", ["anthropic", "google"])
def test_a_provider_that_knows_the_model_is_asked_with_the_key_in_its_own_header(
    world: World, provider: Provider, name: str
):
    found = check_profile(profile_of(world, name, "house/2", provider.address))

    assert found.is_ready
    ((path, headers),) = provider.asked
    assert path == "/models/house%2F2"
    assert {each.lower(): value for each, value in headers.items()}[HEADERS[name].lower()] == KEY


@pytest.mark.parametrize(("model", "cause"), [("house", None), ("attic", "model_not_found")])
def test_a_server_of_one_s_own_is_asked_for_its_list(world: World, provider: Provider, model: str, cause: str | None):
    found = check_profile(profile_of(world, "openai", model, provider.address, key=""))

    assert found.cause == cause
    ((path, headers),) = provider.asked
    assert path == "/models"
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("model", "cause"),
    [
        ("401", "authentication"),
        ("403", "permission"),
        ("404", "model_not_found"),
        ("429", "rate_limited"),
        ("503", "overloaded"),
        ("418", "bad_response"),
        ("html", "bad_response"),
        ("list", "bad_response"),
        ("307", "connection"),
    ],
)
def test_what_is_wrong_has_a_cause_and_says_what_to_do(world: World, provider: Provider, model: str, cause: str):
    found = check_profile(profile_of(world, "anthropic", model, provider.address))

    assert (found.is_ready, found.cause) == (False, cause)
    assert found.detail
    assert KEY not in found.detail
    assert len(provider.asked) == 1


def test_case_17_a_server_that_is_named_no_more_is_not_asked(world: World, provider: Provider, settings: Any):
    profile = profile_of(world, "anthropic", "house", provider.address)
    settings.FOUNDRY_MODEL_HOSTS = frozenset()

    assert check_profile(profile).cause == "address_refused"
    assert provider.asked == []


def test_a_server_that_is_away_is_a_connection_that_failed(world: World, provider: Provider):
    profile = profile_of(world, "anthropic", "house", provider.address)
    provider.shutdown()
    provider.server_close()

    assert check_profile(profile).cause == "connection"


def test_case_3_a_key_that_no_key_of_the_site_decrypts_is_said(world: World, provider: Provider, settings: Any):
    profile = profile_of(world, "anthropic", "house", provider.address)
    Secret.objects.update(ciphertext=encrypt(KEY, owner="somebody else"))

    found = check_profile(ModelProfile.objects.get(pk=profile.pk))

    assert found.cause == "authentication"
    assert "Replace it" in found.detail
    assert provider.asked == []
