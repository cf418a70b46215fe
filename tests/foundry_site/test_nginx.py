"""docs/operations/foundry.nginx.conf in a real nginx, where the machine has one: what workers get, and what masters."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from foundry_site.launcher.nginx import find_nginx
from tests.patience import PATIENCE

CONFIGURATION = settings.BASE_DIR / "docs" / "operations" / "foundry.nginx.conf"

pytestmark = pytest.mark.skipif(find_nginx() is None, reason="this machine has no nginx")


class Node(BaseHTTPRequestHandler):
    """Says which node was asked, for what, and with which headers."""

    name = ""

    def do_GET(self) -> None:
        asked = {key.lower(): value for key, value in self.headers.items()}
        body = json.dumps({"node": self.name, "path": self.path, "headers": asked}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def node(name: str) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Named", (Node,), {"name": name}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)


def certificate(folder: Path) -> None:
    """One for foundry.example, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "foundry.example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    signed = (
        made.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def configured(folder: Path, *, plain: int, tls: int, master: int, worker: int) -> Path:
    """The example with these ports and folders instead of its own, inside of what a distribution has around it."""
    masters, sockets, servers = CONFIGURATION.read_text().partition("upstream foundry_sockets")
    text = masters.replace("127.0.0.1:8001", f"127.0.0.1:{master}").replace("127.0.0.1:8002", f"127.0.0.1:{master}")
    text += (
        (sockets + servers)
        .replace("127.0.0.1:8001", f"127.0.0.1:{worker}")
        .replace("127.0.0.1:8002", f"127.0.0.1:{worker}")
    )
    for line, instead in (
        ("    listen 80;\n", f"    listen 127.0.0.1:{plain};\n"),
        ("    listen [::]:80;\n", ""),
        ("    listen 443 ssl http2;\n", f"    listen 127.0.0.1:{tls} ssl http2;\n"),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("/etc/foundry/tls", str(folder)),
    ):
        assert line in text, line
        text = text.replace(line, instead)
    user = "user root;" if os.geteuid() == 0 else ""
    places = "".join(f"{each}_temp_path {folder}/{each};" for each in ("proxy", "fastcgi", "uwsgi", "scgi"))
    around = f"daemon off; {user} worker_processes 1; pid {folder}/pid; error_log stderr error; events {{}}\n"
    around += f"http {{ access_log off; client_body_temp_path {folder}/body; {places}\n{text}\n}}\n"
    file = folder / "nginx.conf"
    file.write_text(around)
    return file


class Proxy:
    """nginx with the example; `plain` and `tls` are its ports."""

    def __init__(self, plain: int, tls: int) -> None:
        self.plain, self.tls = plain, tls
        self._context = ssl.create_default_context()
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        connection = HTTPSConnection("127.0.0.1", self.tls, timeout=PATIENCE, context=self._context)
        given = {"Host": "foundry.example", **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request("GET", path, headers=given)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    def asked(self, path: str, **headers: str) -> dict[str, object]:
        status, body = self.get(path, **headers)
        assert status == 200, body
        return dict(json.loads(body))

    def answers(self) -> bool:
        try:
            return self.get("/")[0] == 200
        except OSError:
            return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until_answers(proxy: Proxy) -> None:
    ends = time.monotonic() + PATIENCE
    while not proxy.answers():
        assert time.monotonic() < ends, "nginx does not answer"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    certificate(folder)
    with ExitStack() as stack:
        master, worker = stack.enter_context(node("master")), stack.enter_context(node("worker"))
        found = Proxy(free_port(), free_port())
        file = configured(folder, plain=found.plain, tls=found.tls, master=master, worker=worker)
        program = find_nginx()
        assert program is not None
        process = subprocess.Popen([program, "-p", str(folder), "-c", str(file), "-e", "stderr"])
        try:
            until_answers(found)
            yield found
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.mark.parametrize("path", ["/ws/stations/", "/ws/fleet/", "/ws/projects/7/"])
def test_sockets_go_to_the_workers(proxy: Proxy, path: str) -> None:
    asked = proxy.asked(path, Upgrade="websocket", Connection="Upgrade", X_Forwarded_For="203.0.113.9")
    headers = asked["headers"]
    assert (asked["node"], asked["path"]) == ("worker", path)
    assert isinstance(headers, dict)
    assert (headers["upgrade"], headers["connection"]) == ("websocket", "upgrade")
    assert headers["host"] == "foundry.example"
    assert headers["x-forwarded-for"] == "127.0.0.1", "what a client claims is not passed on"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/fleet/",
        "/device/",
        "/api/v1/fleet/stations/",
        "/api/v1/auth/device/token/",
        "/.well-known/jwks.json",
        "/wsx/",
    ],
)
def test_everything_else_goes_to_the_masters(proxy: Proxy, path: str) -> None:
    asked = proxy.asked(path, X_Forwarded_For="203.0.113.9")
    headers = asked["headers"]
    assert (asked["node"], asked["path"]) == ("master", path)
    assert isinstance(headers, dict)
    assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert len(headers["x-request-id"]) == 32


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz"])
def test_figures_and_health_are_denied_from_outside(proxy: Proxy, path: str) -> None:
    assert proxy.get(path)[0] == 403


def test_plain_requests_are_sent_to_tls(proxy: Proxy) -> None:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    request = urllib.request.Request(f"http://127.0.0.1:{proxy.plain}/fleet/", headers={"Host": "foundry.example"})
    with pytest.raises(urllib.error.HTTPError) as moved:
        urllib.request.build_opener(Stay).open(request, timeout=PATIENCE)
    assert (moved.value.code, moved.value.headers["Location"]) == (301, "https://foundry.example/fleet/")
