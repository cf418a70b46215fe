"""`core.http` goes where an owner granted it and the operator allows it, and hostile servers end no process."""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from kernel.canonical import canonical_hash
from stages.automation.executing.addresses import is_below, read_address
from stages.automation.executing.grants import Grants
from stages.automation.executing.requests import MAX_REQUESTS, Requests
from stages.automation.lua import HostError, Limits, Outcome, run
from stages.automation.lua.host import Noted
from tests.automation.executing.hostile_server import Hostile
from tests.kernel.test_outbound import NAME, certificate
from tests.patience import PATIENCE

GRANTED = f"https://{NAME}:{{port}}/v1/"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(tls: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    """A server with TLS on this machine, which the operator lets scripts reach."""
    look_up = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> Any:
        return look_up("127.0.0.1" if host == NAME else host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setenv("SSL_CERT_FILE", str(tls))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls)
    with Hostile() as found:
        found.socket = context.wrap_socket(found.socket, server_side=True)
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.FOUNDRY_OUTBOUND_HOSTS = frozenset({NAME})
        settings.FOUNDRY_SCRIPT_HOSTS = frozenset({f"{NAME}:{found.server_port}"})
        yield found
        found.over.set()
        found.shutdown()
        thread.join()


class HttpHost:
    """A host with nothing but `core.http`."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        raise HostError(f"no core.{name} here")

    def begin(self, name: str, arguments: Mapping[str, Any]) -> Future[Any] | Noted:
        return self._requests.begin(arguments)


Ask = Callable[..., Outcome]


@pytest.fixture
def ask(server: Hostile) -> Ask:
    """Run a script that may reach `v1/` of the server, which it finds in `args.at`."""

    def run_it(source: str, *, seconds: float = 20, stopped: Callable[[], bool] | None = None) -> Outcome:
        granted = Grants(network=(GRANTED.format(port=server.server_port),))
        requests = Requests(granted, time.monotonic() + seconds)
        at = f"https://{NAME}:{server.server_port}"
        try:
            return run(
                source,
                arguments={"at": at},
                host=HttpHost(requests),
                limits=Limits(seconds=seconds),
                stopped=stopped,
            )
        finally:
            requests.close()

    return run_it


def said(outcome: Outcome) -> list[str]:
    assert (outcome.state, outcome.error) == ("succeeded", "")
    return [line.text for line in outcome.log if not line.facts]


def test_an_answer_has_its_status_headers_and_body(ask: Ask, server: Hostile) -> None:
    source = """
        local answer = core.await(core.http(args.at .. "/v1/people?since=2026"))
        print(answer.status, answer.body, answer.headers["content-length"])
        print(core.await(core.http(args.at .. "/v1/missing")).status)
        print(core.await(core.http(args.at .. "/v1/bytes")).base64)
        local made = core.http({url = args.at .. "/v1/people", method = "POST", body = "{}",
                                headers = {["Content-Type"] = "application/json"}})
        print(core.await(made).status)
    """
    assert said(ask(source)) == ["200\thello /v1/people?since=2026\t27", "404", "//4A", "200"]
    assert server.body == b"{}"
    _method, _path, headers = server.asked[0]
    assert headers["Host"] == f"{NAME}:{server.server_port}"
    assert (headers["User-Agent"], headers["Accept-Encoding"]) == ("Foundry-Script", "identity")
    assert "Cookie" not in headers


def test_the_log_has_the_hashes_of_request_and_answer(ask: Ask, server: Hostile) -> None:
    source = 'core.await(core.http(args.at .. "/v1/people"))'
    first, second = ask(source), ask(source)
    asked, answered = (dict(each.facts) for each in first.log)
    url = f"https://{NAME}:{server.server_port}/v1/people"
    empty = hashlib.sha256(b"").hexdigest()
    assert asked == {"request": canonical_hash({"method": "GET", "url": url, "headers": {}, "body": empty})}
    assert set(answered) == {"request", "answer"}
    # The date is a header of the answer, so the hash of another second may be another one.
    assert dict(second.log[0].facts) == asked


def test_several_run_at_once(ask: Ask) -> None:
    source = """
        local asked = {}
        for at = 1, 5 do asked[at] = core.http(args.at .. "/v1/slow") end
        for _, each in ipairs(core.await(asked)) do print(each.body) end
    """
    began = time.monotonic()
    assert said(ask(source)) == ["slow"] * 5
    assert time.monotonic() - began < 2.4, "one after the other takes two and a half seconds"


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("moved", "redirect"),
        ("endless", "more than 1048576 bytes"),
        ("headers", "KiB of headers"),
        ("line", "cannot be reached"),
    ],
)
def test_a_hostile_answer_is_an_error_that_a_script_may_catch(ask: Ask, server: Hostile, what: str, words: str) -> None:
    (line,) = said(ask(f'print(pcall(core.await, core.http(args.at .. "/v1/{what}")))'))
    assert line.startswith("false")
    assert words in line
    assert server.sent < 20_000_000


def test_a_packed_answer_is_not_unpacked(ask: Ask) -> None:
    (line,) = said(ask('print(#core.await(core.http(args.at .. "/v1/bomb")).base64)'))
    assert int(line) < 200_000


@pytest.mark.parametrize("what", ["drip", "continue"])
def test_what_drips_ends_with_the_time_of_the_execution(ask: Ask, what: str) -> None:
    began = time.monotonic()
    outcome = ask(f'pcall(core.await, core.http(args.at .. "/v1/{what}")) core.await(core.sleep(50))', seconds=1)
    assert (outcome.state, outcome.code) == ("failed", "time")
    assert time.monotonic() - began < PATIENCE


def test_who_stops_it_ends_its_requests(ask: Ask, server: Hostile) -> None:
    began = time.monotonic()

    def stopped() -> bool:
        return bool(server.asked)

    outcome = ask('core.await(core.http(args.at .. "/v1/drip"))', stopped=stopped)
    assert outcome.state == "stopped"
    assert time.monotonic() - began < 10
    waiting = [each for each in threading.enumerate() if each.name == "core.http"]
    for each in waiting:
        each.join(PATIENCE)
    assert not any(each.is_alive() for each in waiting)


def test_an_execution_has_twenty_requests(ask: Ask, server: Hostile) -> None:
    source = f"""
        for at = 1, {MAX_REQUESTS} do core.await(core.http(args.at .. "/v1/x")) end
        print(pcall(core.http, args.at .. "/v1/x"))
    """
    assert said(ask(source)) == [f"false\tan execution makes at most {MAX_REQUESTS} requests"]
    assert len(server.asked) == MAX_REQUESTS


@pytest.mark.parametrize(
    "request_of",
    [
        'args.at .. "/v2/x"',
        'args.at .. "/v1/../v2/x"',
        'args.at .. "/v1/%2e%2e/v2"',
        'args.at .. "/v1/%EF%BC%8E%EF%BC%8E/v2"',
        'args.at .. "/v1/%c0%ae%c0%ae/v2"',
        'args.at .. "/v1/%252e%252e/v2"',
        'args.at .. "/v1/.%2e;x/v2"',
        'args.at .. "/v1/..;x/v2"',
        'args.at .. "/v1//v2"',
        'args.at .. "//v1/x"',
        'args.at .. "/v1%2f..%2fv2"',
        r'args.at .. "/v1/\\..\\v2"',
        'args.at .. "/v1/%5c..%5cv2"',
        'args.at .. "/v1/%00"',
        'args.at .. "/v1/%0d%0aX"',
        'args.at .. "/v1/a b"',
        'args.at .. "/v1/\\r\\nHost: other"',
        'args.at .. "/v1/x#y"',
        'args.at .. "/V1/x"',
        'args.at:gsub("https", "http") .. "/v1/x"',
        'args.at:gsub("//", "//me@") .. "/v1/x"',
        'args.at:gsub("//", "//me:word@") .. "/v1/x"',
        'args.at:gsub("//", "//granted.example@") .. "/v1/x"',
        'args.at:gsub(":%d+", ":1") .. "/v1/x"',
        'args.at:gsub(":%d+", "") .. "/v1/x"',
        'args.at:gsub("collector", "other") .. "/v1/x"',
        'args.at:gsub("example", "example.") .. "/v1/x"',
        'args.at:gsub("collector", "c\\u{43e}llector") .. "/v1/x"',
        'args.at:gsub("example", "ex%%61mple") .. "/v1/x"',
        '{url = args.at .. "/v1/x", headers = {Host = "other"}}',
        '{url = args.at .. "/v1/x", headers = {Cookie = "a=b"}}',
        '{url = args.at .. "/v1/x", headers = {["Content-Length"] = "5"}}',
        '{url = args.at .. "/v1/x", headers = {["Transfer-Encoding"] = "chunked"}}',
        '{url = args.at .. "/v1/x", headers = {X_Forwarded_For = "127.0.0.1"}}',
        '{url = args.at .. "/v1/x", headers = {["x-a"] = "1", x_a = "2"}}',
        '{url = args.at .. "/v1/x", headers = {["X-HTTP-Method-Override"] = "DELETE"}}',
        '{url = args.at .. "/v1/x", headers = {["Proxy-Authorization"] = "x"}}',
        '{url = args.at .. "/v1/x", headers = {["A\\r\\nHost"] = "x"}}',
        '{url = args.at .. "/v1/x", headers = {A = "x\\r\\nHost: y"}}',
        '{url = args.at .. "/v1/x", headers = {A = "1", a = "2"}}',
        '{url = args.at .. "/v1/x", method = "CONNECT"}',
        '{url = args.at .. "/v1/x", method = "GET /v2 HTTP/1.1"}',
        '{url = args.at .. "/v1/x", body = "x"}',
        '{url = args.at .. "/v1/x", method = "POST", body = ("x"):rep(1048577)}',
        '{url = args.at .. "/v1/x", proxy = "x"}',
        "{}",
        "5",
        '"https://127.0.0.1:" .. args.at:match(":(%d+)") .. "/v1/x"',
    ],
)
def test_what_is_not_granted_is_not_asked(ask: Ask, server: Hostile, request_of: str) -> None:
    (line,) = said(ask(f"print(pcall(core.http, ({request_of})))"))
    assert line.startswith("false"), line
    assert server.asked == []


def test_the_operator_has_to_name_the_server_too(ask: Ask, server: Hostile, settings: Any) -> None:
    settings.FOUNDRY_SCRIPT_HOSTS = frozenset()
    (line,) = said(ask('print(pcall(core.http, args.at .. "/v1/x"))'))
    assert "FOUNDRY_SCRIPT_HOSTS" in line
    settings.FOUNDRY_SCRIPT_HOSTS = frozenset({f"{NAME}:{server.server_port}"})
    settings.FOUNDRY_OUTBOUND_HOSTS = frozenset()
    (line,) = said(ask('print(pcall(core.await, core.http(args.at .. "/v1/x")))'))
    assert "not public" in line
    assert server.asked == []


@pytest.mark.parametrize(
    ("granted", "address", "is_so"),
    [
        ("https://a.co/v1", "https://a.co/v1", True),
        ("https://a.co/v1", "https://a.co/v1?x=1", True),
        ("https://a.co/v1", "https://a.co/v1/x", True),
        ("https://a.co/v1", "https://a.co/v1evil", False),
        ("https://a.co/v1/", "https://a.co/v1", False),
        ("https://a.co/", "https://A.CO:443/x", True),
        ("https://a.co", "https://a.co/x", True),
        ("https://a.co/", "https://a.co:8443/x", False),
        ("https://a.co/", "https://a.co.evil.example/x", False),
        ("https://a.co/", "https://evil-a.co/x", False),
        ("https://a.co/v1?x=1", "https://a.co/v1?x=1", False),
        ("http://a.co/", "https://a.co/", False),
        ("https://*.co/", "https://a.co/", False),
        ("*", "https://a.co/", False),
    ],
)
def test_an_address_is_below_another_at_a_slash(granted: str, address: str, is_so: bool) -> None:
    assert is_below(read_address(address), granted) is is_so
