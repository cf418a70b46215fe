"""A server of git repositories on this machine: the real `git http-backend` behind a token, and pull requests.

Its interface for pull requests is as much of GitHub's as Foundry uses. `asked` is what arrived, with its status.
"""

from __future__ import annotations

import json
import os
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.test import override_settings

from accounts.callers import Caller
from stages.runs.models import Repository
from stages.runs.services import connect_repository

TOKEN = "ghp_0123456789abcdef"
OWNER = "acme"
PATCH_LIMIT = 64 * 1024 * 1024


@dataclass
class Asked:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    status: int


@dataclass
class Hosted:
    """A repository at the server."""

    folder: Path
    url: str

    def git(self, *arguments: str, text: str | bytes = "") -> str:
        """Run git in it."""
        data = text.encode() if isinstance(text, str) else text
        people = {
            f"GIT_{role}_{name}": "ada@example.org" for role in ("AUTHOR", "COMMITTER") for name in ("NAME", "EMAIL")
        }
        environment = {**os.environ, **people, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", f"--git-dir={self.folder}", *arguments]
        done = subprocess.run(command, input=data, capture_output=True, check=True, env=environment)
        return done.stdout.decode().strip()

    def commit(self, files: dict[str, bytes | tuple[str, bytes]], branch: str = "main") -> str:
        """A commit on a branch that sets these files (with a mode, or as a plain file); its name."""
        before = self.heads().get(branch)
        index = {"GIT_INDEX_FILE": str(self.folder / "test-index")}
        os.environ.update(index)
        try:
            self.git("read-tree", *([before] if before else ["--empty"]))
            lines = ""
            for path, value in files.items():
                mode, data = value if isinstance(value, tuple) else ("100644", value)
                lines += f"{mode} {self.git('hash-object', '-w', '--stdin', text=data)}\t{path}\0"
            self.git("update-index", "-z", "--index-info", text=lines)
            tree = self.git("write-tree")
        finally:
            for name in index:
                del os.environ[name]
        made = self.git("commit-tree", tree, *(["-p", before] if before else []), "-m", f"on {branch}")
        self.git("update-ref", f"refs/heads/{branch}", made)
        return made

    def heads(self) -> dict[str, str]:
        """The branches with their newest commits."""
        lines = self.git("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads").splitlines()
        return dict(line.split(" ") for line in lines)

    def text(self, commit: str, path: str) -> str:
        """The text of a file in a commit."""
        return self.git("show", f"{commit}:{path}")


@dataclass
class PullRequests:
    """The pull requests of a repository, by number."""

    rows: list[dict[str, Any]] = field(default_factory=list)


class GitServer(ThreadingHTTPServer):
    """The server. `before_creating` is called before a pull request is made."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.folder = folder
        self.asked: list[Asked] = []
        self.requests: dict[str, PullRequests] = {}
        self.moved_to = ""
        self.lock = Lock()
        self.before_creating: Callable[[], None] = lambda: None

    @property
    def host(self) -> str:
        """As `FOUNDRY_GIT_HOSTS` names it."""
        return f"127.0.0.1:{self.server_port}"

    @property
    def api_url(self) -> str:
        return f"http://{self.host}/api/v3"

    def new_repository(self, name: str = "prompts", files: dict[str, Any] | None = None) -> Hosted:
        """A repository with a commit."""
        folder = self.folder / OWNER / f"{name}.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
        made = Hosted(folder, f"http://{self.host}/{OWNER}/{name}.git")
        made.git("config", "http.receivepack", "true")
        made.commit(files or {"README.md": b"# Title\n\nText.\n", "src/prompt.txt": b"Be exact.\nBe brief.\n"})
        self.new_requests(name)
        return made

    def new_requests(self, name: str) -> None:
        """Let pull requests be made in a repository."""
        self.requests[name] = PullRequests()

    def handle_error(self, *_: Any) -> None:
        """A client that went away is what some tests are about."""


class _Answers(BaseHTTPRequestHandler):
    server: GitServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        body = self._body()
        if self.server.moved_to:
            self._send(302, b"", {"Location": f"{self.server.moved_to}{self.path}"})
        elif self.path.startswith("/api/v3/"):
            self._api(body)
        else:
            self._git(body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline().strip(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        found = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked(self.command, self.path, found, status))
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _git(self, body: bytes) -> None:
        wanted = b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {wanted}":
            self._send(401, b"", {"WWW-Authenticate": 'Basic realm="git"'})
            return
        parts = urlsplit(self.path)
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "x-access-token",
            "REMOTE_ADDR": "127.0.0.1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, check=False, env=environment)
        head, _blank, answer = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.pop("Status", "200 OK").split(" ")[0])
        self._send(status, answer, headers)

    def _api(self, body: bytes) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._json(401, {"message": "Bad credentials"})
            return
        parts = urlsplit(self.path)
        _empty, _api, _version, _repos, owner, name, _pulls, *rest = parts.path.split("/")
        found = self.server.requests.get(name)
        if owner != OWNER or found is None:
            self._json(404, {"message": "Not Found"})
        elif self.command == "POST":
            self._create(found, name, json.loads(body))
        elif rest:
            self._json(200, found.rows[int(rest[0]) - 1])
        else:
            head = parse_qs(parts.query).get("head", [""])[0]
            self._json(200, [row for row in found.rows if f"{OWNER}:{row['head']['ref']}" == head])

    def _create(self, found: PullRequests, name: str, given: dict[str, Any]) -> None:
        self.server.before_creating()
        with self.server.lock:
            if any(row["head"]["ref"] == given["head"] and row["state"] == "open" for row in found.rows):
                self._json(422, {"message": "Validation Failed", "errors": [{"message": "already exists"}]})
                return
            number = len(found.rows) + 1
            row = {
                "number": number,
                "html_url": f"http://{self.server.host}/{OWNER}/{name}/pull/{number}",
                "state": "open",
                "merged_at": None,
                "title": given["title"],
                "body": given["body"],
                "head": {"ref": given["head"]},
                "base": {"ref": given["base"]},
            }
            found.rows.append(row)
        self._json(201, row)

    def _json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


@contextmanager
def git_server(folder: Path) -> Iterator[GitServer]:
    """A server under way, its repositories in `folder`."""
    server = GitServer(folder)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def connected(caller: Caller, project_id: UUID, name: str = "prompts") -> Repository:
    """A repository of a project that was connected while its server was there."""
    with (
        TemporaryDirectory() as folder,
        git_server(Path(folder)) as server,
        override_settings(FOUNDRY_GIT_HOSTS=frozenset({server.host})),
    ):
        url = server.new_repository(name).url
        return connect_repository(caller=caller, project_id=project_id, url=url, token=TOKEN)


@pytest.fixture
def git_host(tmp_path: Path, settings: Any) -> Iterator[GitServer]:
    """A server that the operator named, and clones in a folder of the test's own."""
    settings.FOUNDRY_DATA_DIR = tmp_path / "data"
    with git_server(tmp_path / "hosted") as found:
        settings.FOUNDRY_GIT_HOSTS = frozenset({found.host})
        yield found


@pytest.fixture
def hosted(git_host: GitServer) -> Hosted:
    """A repository with a commit."""
    return git_host.new_repository()
