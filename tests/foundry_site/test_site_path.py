"""Foundry below a path of somebody else's host: everything lies there, and nothing beside it."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pytest
from django.conf import global_settings
from django.test import Client, override_settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import set_password
from foundry_site.launcher.nodes import NodeProcess, running
from foundry_site.server.site_path import BelowPath
from gateway.close_codes import CloseCode
from projects.models import Project
from tests.accounts.provider import Provider, provider_of
from tests.patience import PATIENCE

PASSWORD = "lantern-orbit-42"
ROOT = "/tools/foundry"
# An address in a page's markup, or in the facts that its script reads.
ADDRESS = re.compile(r"""(?:href|src|action|hx-[a-z]+|data-[\w-]*url[\w-]*)="(/[^"]*)"|"(/[\w-]+/[^"]*)\"""")


class ElsewhereError(Exception):
    """A redirect leads to another host; its argument is the address."""


class Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).netloc != req.host:
            raise ElsewhereError(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Browser:
    """Somebody at the host, whose cookies are kept and sent as a browser does it."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://localhost:{port}"
        self.cookies = CookieJar()
        keeping = urllib.request.HTTPCookieProcessor(self.cookies)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), keeping, Redirects)

    def open(self, path: str, data: bytes | None = None) -> tuple[str, str]:
        """Where a request ends, and what is there."""
        request = urllib.request.Request(self.origin + path, data, {"Origin": self.origin})
        with self._opener.open(request, timeout=PATIENCE) as answer:
            return answer.url.removeprefix(self.origin), answer.read().decode()

    def send(self, page: str, *, to: str = "", **form: str) -> tuple[str, str]:
        """Send a form of a page, with its token."""
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', self.open(page)[1])
        assert token
        return self.open(to or page, urlencode({**form, "csrfmiddlewaretoken": token[1]}).encode())

    def sign_in(self, user: User, **form: str) -> str:
        """Where somebody is after signing in."""
        return self.send(f"{ROOT}/accounts/login/", login=user.username, password=PASSWORD, **form)[0]

    @property
    def cookie(self) -> str:
        return "; ".join(f"{each.name}={each.value}" for each in self.cookies)


def give_password(user: User) -> None:
    # The node hashes as the product does, the tests hash quickly.
    with override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS):
        set_password(caller=foundry_caller("command"), user_id=user.id, password=PASSWORD)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with provider_of({}) as provider:
        yield provider


@pytest.fixture
def node(
    committed_db: None, process_environment: dict[str, str], tmp_path: Path, provider: Provider
) -> Iterator[NodeProcess]:
    chosen = {
        "FOUNDRY_URL": f"http://localhost{ROOT}/",
        "FOUNDRY_OIDC_ISSUER": provider.issuer,
        "FOUNDRY_OIDC_CLIENT_ID": "foundry",
        "FOUNDRY_OUTBOUND_HOSTS": "127.0.0.1",
    }
    node = NodeProcess({**process_environment, **chosen}, tmp_path / "node.log")
    with running(node):
        yield node


def ask(node: NodeProcess, path: str, method: str = "GET") -> HTTPResponse:
    connection = HTTPConnection("localhost", node.port, timeout=PATIENCE)
    connection.request(method, path)
    answer = connection.getresponse()
    answer.read()
    return answer


def call(socket: Any, method: str, **params: Any) -> Any:
    socket.send(json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}))
    while (frame := json.loads(socket.recv(30))).get("id") != method:
        pass
    return frame["result"]


def test_a_person_works_below_the_path(node: NodeProcess, project: Project, owner: User) -> None:
    give_password(owner)
    browser = Browser(node.port)
    workspace = f"{ROOT}/projects/{project.id}/"
    at, _ = browser.open(workspace)
    assert at == f"{ROOT}/accounts/login/?next={workspace}"
    assert browser.sign_in(owner, next=workspace) == workspace
    assert {each.path for each in browser.cookies} == {f"{ROOT}/"}
    assert {each.name for each in browser.cookies} == {"tools-foundry-sessionid", "tools-foundry-csrftoken"}

    pages = ["projects/", "inbox/", "account/", "api/docs/"]
    pages += [f"projects/{project.id}/{page}" for page in ("", "history/", "releases/", "members/", "activity/")]
    addresses = {found for page in pages for found in addresses_in(browser.open(f"{ROOT}/{page}")[1])}
    assert [address for address in addresses if not address.startswith(f"{ROOT}/")] == []
    files = [address for address in addresses if address.startswith(f"{ROOT}/static/")]
    assert files
    for address in files:
        assert ask(node, address.partition("#")[0]).status == 200
    assert f"- url: {ROOT}\n" in browser.open(f"{ROOT}/api/schema/")[1]

    socket = f"ws://localhost:{node.port}{ROOT}/ws/projects/{project.id}/"
    assert urlsplit(socket).path in addresses
    headers = {"Cookie": browser.cookie, "Origin": browser.origin}
    with connect(socket, additional_headers=headers, proxy=None) as opened:
        assert json.loads(opened.recv(30))["method"] == "snapshot"
        token = call(opened, "lock.acquire", field="prompt_text")["token"]
        saved = call(
            opened, "draft.save", base_version=0, changes={"prompt_text": "Be brief."}, tokens={"prompt_text": token}
        )
    assert saved["version_number"] == 1
    assert "Be brief." in browser.open(f"{ROOT}/api/v1/projects/{project.id}/export/?version=1")[1]


def test_a_form_that_waited_for_a_proof_goes_on_below_the_path(node: NodeProcess, owner: User) -> None:
    give_password(owner)
    browser = Browser(node.port)
    assert browser.sign_in(owner) == f"{ROOT}/projects/"
    at, _ = browser.send(f"{ROOT}/account/", name="laptop")
    assert at.startswith(f"{ROOT}/accounts/reauthenticate/")
    _, page = browser.send(at, password=PASSWORD, next=f"{ROOT}/account/")
    assert "fdy_" in page
    assert browser.send(f"{ROOT}/account/", to=f"{ROOT}/accounts/logout/")[0] == f"{ROOT}/accounts/login/"


def test_somebody_from_outside_comes_back_below_the_path(node: NodeProcess, provider: Provider, owner: User) -> None:
    provider.claims |= {"preferred_username": owner.username, "sub": owner.username}
    browser = Browser(node.port)
    start = f"{ROOT}/accounts/outside/foundry/login/"
    with pytest.raises(ElsewhereError) as led:
        browser.send(f"{ROOT}/accounts/login/", to=start)
    there = str(led.value)
    assert parse_qs(urlsplit(there).query)["redirect_uri"] == [f"{browser.origin}{start}callback/"]
    at, _ = browser.open(f"{start}callback/?{urlencode(provider.let_in(there))}")
    assert at == f"{ROOT}/projects/"


def test_the_administration_lies_below_the_path(node: NodeProcess, make_user: Any) -> None:
    administrator: User = make_user("root", is_administrator=True)
    give_password(administrator)
    browser = Browser(node.port)
    page = f"{ROOT}/admin/accounts/user/"
    assert unquote(browser.open(page)[0]) == f"{ROOT}/accounts/login/?next={page}"
    assert browser.sign_in(administrator, next=page) == page
    for path in (f"{ROOT}/admin/", page, f"{page}{administrator.id}/change/"):
        addresses = addresses_in(browser.open(path)[1])
        assert addresses
        assert [address for address in addresses if not address.startswith(f"{ROOT}/")] == []


def addresses_in(page: str) -> set[str]:
    return {one or other for one, other in ADDRESS.findall(page)}


def test_nothing_answers_beside_the_path_but_what_watches_the_node(node: NodeProcess, project: Project) -> None:
    for path in ("/", "/projects/", "/accounts/login/", f"{ROOT}x/projects/", "/api/v1/me/", "/static/dist/base.css"):
        assert ask(node, path).status == 404, path
    home = ask(node, ROOT)
    assert (home.status, home.headers["Location"]) == (301, f"{ROOT}/")
    with pytest.raises(HTTPError) as missing:
        Browser(node.port).open(f"{ROOT}/no/such/page")
    assert (missing.value.code, f'href="{ROOT}/"' in missing.value.read().decode()) == (404, True)
    for probe in ("/healthz", "/readyz"):
        assert ask(node, probe).status == ask(node, ROOT + probe).status == 200
    assert ask(node, "/metrics").status == 401
    with connect(f"ws://localhost:{node.port}/ws/projects/{project.id}/", proxy=None) as beside:
        with pytest.raises(ConnectionClosed) as closed:
            beside.recv(30)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CloseCode.NO_SUCH_PROJECT


@pytest.mark.django_db
def test_a_fault_of_the_api_is_told_as_problem_details_below_the_path(settings: Any) -> None:
    settings.FORCE_SCRIPT_NAME = ROOT
    answer = Client().get("/api/v1/me/", headers={"host": "elsewhere.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_client_does_not_choose_the_root_path(kind: str) -> None:
    """Daphne takes it from a header, `Daphne-Root-Path`, of anybody."""
    seen: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["root_path"])

    await BelowPath(application)({"type": kind, "path": "/evil/", "root_path": "/evil"}, None, None)
    assert seen == [""]


def test_a_header_does_not_move_the_addresses_of_a_page(
    committed_db: None, process_environment: dict[str, str], tmp_path: Path
) -> None:
    node = NodeProcess(process_environment, tmp_path / "node.log")
    with running(node):
        connection = HTTPConnection("localhost", node.port, timeout=PATIENCE)
        connection.request("GET", "/", headers={"Daphne-Root-Path": "//evil.example"})
        assert connection.getresponse().headers["Location"] == "/projects/"
