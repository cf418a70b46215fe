"""Requests to other servers go where the operator sent them, and nowhere that nobody named."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kernel import outbound
from kernel.outbound import AddressRefused, Cutter, OutboundError, connect, is_public, send

NAME = "collector.example"


class Handler(BaseHTTPRequestHandler):
    """Answers by path, and notes who was asked for."""

    server: Listener

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])
        status = 302 if self.path == "/moved" else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/login")
        self.end_headers()
        if self.path == "/long":
            self.wfile.write(b"x" * (outbound.MAX_ANSWER_BYTES + 1))
        elif self.path == "/trickle":
            while not self.server.over.wait(0.02):
                self.wfile.write(b"x")
                self.wfile.flush()
        else:
            self.wfile.write(self.path.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Listener(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.hosts: list[str] = []
        self.over = threading.Event()

    def handle_error(self, *_: Any) -> None:
        """A client that went away is what some of these tests are about."""


@contextmanager
def listening(context: ssl.SSLContext | None = None) -> Iterator[Listener]:
    with Listener() as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture
def named(settings: Any) -> None:
    """The operator named this machine."""
    settings.FOUNDRY_OUTBOUND_HOSTS = frozenset({"127.0.0.1", NAME})


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Have every name lead to these addresses; what was asked for is in the list that comes back."""
    look_up = socket.getaddrinfo

    def to(*addresses: str) -> list[str]:
        asked: list[str] = []

        def answer(host: str, port: int, *rest: Any, **more: Any) -> Any:
            if host != NAME:
                return look_up(host, port, *rest, **more)
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    return to


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.251", "239.1.1.1", "255.255.255.255", "240.0.0.1", "192.88.99.1", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1", "3fff::1"),
        *("::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1"),
        *("2002:7f00:1::", "2002:808:808::1", "2001::1", "100::1", "5f00::1"),
    ],
)
def test_an_address_that_leads_inside_or_nowhere_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "2606:4700:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_this_machine_is_not_asked_unless_the_operator_named_it(server: Listener, settings: Any) -> None:
    settings.FOUNDRY_OUTBOUND_HOSTS = frozenset({NAME})
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"):
        with pytest.raises(OutboundError, match="not public"):
            send(f"https://{host}:{server.server_port}/")
        with pytest.raises(OutboundError, match="no TLS"):
            send(f"http://{host}:{server.server_port}/")
    assert server.hosts == []


def test_a_named_host_is_asked_without_tls_and_inside(server: Listener, named: None) -> None:
    answer = send(f"http://127.0.0.1:{server.server_port}/kept?yes")
    assert (answer.status, answer.body) == (200, b"/kept?yes")


def test_a_server_that_the_caller_allows_is_asked_by_its_host_and_port_only(server: Listener) -> None:
    allowed = {f"127.0.0.1:{server.server_port}"}

    answer = send(f"http://127.0.0.1:{server.server_port}/kept", allowed=allowed)

    assert answer.body == b"/kept"
    with pytest.raises(AddressRefused, match="no TLS"):
        send(f"http://127.0.0.1:{server.server_port}/kept", allowed={"127.0.0.1:1"})
    with pytest.raises(AddressRefused, match="not public"):
        send(f"https://127.0.0.1:{server.server_port}/kept", allowed={"127.0.0.1:1"})


def test_a_redirect_is_not_followed(server: Listener, named: None) -> None:
    with pytest.raises(OutboundError, match="302, a redirect"):
        send(f"http://127.0.0.1:{server.server_port}/moved")
    assert len(server.hosts) == 1


def test_a_name_of_which_one_address_is_inside_is_refused(resolve: Callable[..., list[str]]) -> None:
    resolve("8.8.8.8", "10.0.0.7")
    with pytest.raises(OutboundError, match=r"leads to 10\.0\.0\.7, which is not public"):
        connect(f"https://{NAME}/")


def test_the_connection_goes_to_the_address_that_was_looked_at(
    server: Listener, named: None, resolve: Callable[..., list[str]]
) -> None:
    asked = resolve("127.0.0.1")
    send(f"http://{NAME}:{server.server_port}/")
    assert asked == [NAME], "a second answer may be another one"
    assert server.hosts == [f"{NAME}:{server.server_port}"]


def test_proxies_of_the_environment_are_not_asked(
    server: Listener, named: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert send(f"http://127.0.0.1:{server.server_port}/").status == 200


@pytest.mark.parametrize("path", ["/long", "/trickle"])
def test_an_answer_that_does_not_end_is_cut_off(server: Listener, named: None, path: str) -> None:
    with pytest.raises(OutboundError, match=r"more than|too long"):
        send(f"http://127.0.0.1:{server.server_port}{path}", seconds=2)


def test_a_request_is_ended_from_another_thread_and_none_is_made_afterwards(server: Listener, named: None) -> None:
    cutter = Cutter()
    address = f"http://127.0.0.1:{server.server_port}"
    threading.Timer(0.2, cutter.cut_off).start()
    with pytest.raises(OutboundError):
        send(f"{address}/trickle", cutter=cutter)
    asked = len(server.hosts)
    with pytest.raises(OutboundError):
        send(f"{address}/kept", cutter=cutter)
    assert len(server.hosts) == asked


@pytest.mark.parametrize(
    "address",
    ["ftp://127.0.0.1/", "https:///x", "https://user:word@127.0.0.1/", "https://127.0.0.1:x/", "http://[", ""],
)
def test_what_is_no_address_is_refused_without_its_secrets(address: str, named: None) -> None:
    with pytest.raises(OutboundError) as refusal:
        send(address)
    assert "word" not in str(refusal.value)


def test_the_certificate_is_checked_against_the_name(
    named: None, resolve: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve("127.0.0.1")
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with listening(context) as server:
        with pytest.raises(OutboundError, match="certificate verify failed"):
            send(f"https://{NAME}:{server.server_port}/")
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert send(f"https://{NAME}:{server.server_port}/").status == 200
        with pytest.raises(OutboundError, match="certificate"):
            send(f"https://127.0.0.1:{server.server_port}/")


def certificate(folder: Path) -> Path:
    """A file with a key and its own certificate, for `NAME`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file
