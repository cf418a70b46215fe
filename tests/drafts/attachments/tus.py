"""A client that speaks tus 1.0 as its specification says, and nothing else."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from projects.models import Project
from tests.rest.client import Answer, Api

BYTES = "application/offset+octet-stream"


class Tus:
    """Uploads for a project as one user."""

    def __init__(self, user: User, project: Project) -> None:
        self.api = Api(user)
        self.path = f"/api/v1/projects/{project.id}/uploads/"
        self._client = Client(headers={**self.api.headers, "Tus-Resumable": "1.0.0"})

    def request(self, method: str, path: str, data: bytes = b"", **headers: str) -> Answer:
        """Send bytes; `Upload_Offset="0"` is the header Upload-Offset, an empty one is left out."""
        named = {"Content-Type": BYTES if data else "", **{k.replace("_", "-"): v for k, v in headers.items()}}
        content_type = named.pop("Content-Type")
        answer: Answer = self._client.generic(method, path, data, content_type=content_type, headers=named)
        return answer

    def create(self, size: int, data: bytes = b"", **headers: str) -> Answer:
        return self.request("POST", self.path, data, Upload_Length=str(size), **headers)

    def append(self, location: str, offset: int, data: bytes, **headers: str) -> Answer:
        return self.request("PATCH", location, data, Upload_Offset=str(offset), **headers)

    def offset(self, location: str) -> int:
        return int(self.request("HEAD", location)["Upload-Offset"])

    def send(self, data: bytes, piece: int = 4 * 1024 * 1024) -> str:
        """Upload all of it; the answer is the id of the upload."""
        location: str = self.create(len(data))["Location"]
        for offset in range(0, len(data), piece):
            assert self.append(location, offset, data[offset : offset + piece]).status_code == 204
        return location.rstrip("/").rpartition("/")[2]
