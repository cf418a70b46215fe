"""Adapts `kernel.outbound` to libraries that use `requests`."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import requests
from requests.adapters import BaseAdapter

from kernel.outbound import SECONDS, OutboundError, send


class Outbound(BaseAdapter):
    """Sends the prepared request of a session; always checks certificates, and never uses a proxy."""

    def send(  # noqa: PLR0917 (the library's)
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float | None, float | None] | None = None,
        verify: bool | str = True,
        cert: str | bytes | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Raises `requests.ConnectionError`, which `requests`' callers expect."""
        seconds = float(timeout) if isinstance(timeout, int | float) else SECONDS
        body = request.body.encode() if isinstance(request.body, str) else request.body
        assert body is None or isinstance(body, bytes), "nothing of ours is sent in pieces"
        headers = {str(name): str(value) for name, value in request.headers.items() if name != "Accept-Encoding"}
        try:
            answer = send(
                request.url or "", method=request.method or "GET", body=body, headers=headers, seconds=seconds
            )
        except OutboundError as error:
            raise requests.ConnectionError(str(error), request=request) from error
        response = requests.Response()
        response.status_code, response.reason = answer.status, answer.reason
        response.headers.update(answer.headers)
        response.raw = BytesIO(answer.body)
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        response.url, response.request = request.url or "", request
        return response

    def close(self) -> None:
        """Does nothing, because no connection is kept open."""
