"""p16: a file sent and read through one node, beside bare psycopg with the same pieces."""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterator

import psycopg

from bench.client import Rest
from bench.figure import Figure, Goal, compared, in_turn, seconds
from bench.nodes import BenchNode, product_node
from bench.world import BenchUser, bare_connection, person, project

MIB = 1024 * 1024
PIECE = 4 * MIB
GOAL = Goal(">=", 0.4)

TABLE = """
CREATE TABLE bench_piece (upload int, start int, data bytea, PRIMARY KEY (upload, start));
ALTER TABLE bench_piece ALTER COLUMN data SET STORAGE EXTERNAL;
"""


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of p16a and p16b that are wanted; a file has to be sent for either."""
    size = (32 if quick else 64) * MIB
    owner = person("files")
    with product_node() as node, bare_connection() as bare:
        bare.execute(TABLE)
        product = _Product(node, owner, size)
        baseline = _Bare(bare, product.data)
        rounds = 2 if quick else 5
        sent = in_turn(rounds, lambda: size / MIB / seconds(product.send), lambda: size / MIB / seconds(baseline.send))
        read = in_turn(rounds, lambda: size / MIB / seconds(product.read), lambda: size / MIB / seconds(baseline.read))
        product.rest.close()
    note = f"{size // MIB} MiB in pieces of 4 MiB; sending includes the hashes and the event of the attachment."
    found = [
        compared("p16a", "A file sent and attached, by tus", "MiB/s", GOAL, sent, notes=[note]),
        compared("p16b", "A file read", "MiB/s", GOAL, read),
    ]
    return [figure for figure in found if figure.number in wanted]


class _Product:
    def __init__(self, node: BenchNode, owner: BenchUser, size: int) -> None:
        self.data = os.urandom(size)
        self.rest = Rest(node, owner)
        self._project = str(project(owner).id)
        self._connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=60)
        self._headers = {"Authorization": f"Bearer {owner.token}", "Tus-Resumable": "1.0.0"}
        self._attachment = ""
        self._files = 0

    def send(self) -> None:
        """Upload the file, and attach it. Another one each time, so that its pieces are kept."""
        self._files += 1
        data = self._files.to_bytes(8) + self.data[8:]
        headers = {"Upload-Length": str(len(data))}
        _, created = self._ask("POST", f"/api/v1/projects/{self._project}/uploads/", b"", headers, 201)
        for start in range(0, len(data), PIECE):
            headers = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
            self._ask("PATCH", created["Location"], data[start : start + PIECE], headers, 204)
        upload = created["Location"].rstrip("/").rpartition("/")[2]
        asked = {"upload": upload, "subject": {"type": "project", "id": self._project}, "name": "data.bin"}
        status, attachment = self.rest.call("POST", f"projects/{self._project}/attachments/", asked)
        assert status == 201, attachment
        self._attachment = attachment["id"]

    def read(self) -> None:
        """Download the last file."""
        body, _ = self._ask("GET", f"/api/v1/attachments/{self._attachment}/content/", b"", {}, 200)
        assert len(body) == len(self.data)

    def _ask(
        self, method: str, path: str, data: bytes, headers: dict[str, str], status: int
    ) -> tuple[bytes, dict[str, str]]:
        self._connection.request(method, path, data, {**self._headers, **headers})
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == status, body
        return body, dict(answer.getheaders())


class _Bare:
    """One connection, one row and one transaction for each piece, values and results in binary."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]], data: bytes) -> None:
        self._connection = connection
        self._data = data
        self._files = 0

    def send(self) -> None:
        self._files += 1
        for start in range(0, len(self._data), PIECE):
            row = [self._files, start, self._data[start : start + PIECE]]
            self._connection.execute("INSERT INTO bench_piece VALUES (%s, %s, %s)", row)

    def read(self) -> None:
        assert sum(map(len, self._pieces())) == len(self._data)

    def _pieces(self) -> Iterator[bytes]:
        cursor = self._connection.cursor(binary=True)
        for start in range(0, len(self._data), PIECE):
            asked = "SELECT data FROM bench_piece WHERE upload = %s AND start = %s"
            row = cursor.execute(asked, [self._files, start]).fetchone()
            assert row is not None
            yield bytes(row[0])  # type: ignore[call-overload]
