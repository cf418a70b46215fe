"""JSON-RPC 2.0 on a link: requests and answers in text frames, both ways, and one binary frame where an answer has one.

It is read strictly: both ends are programs of ours, or written against docs/sites.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

import msgspec

from kernel.errors import DomainError
from stages.replication.link.methods import BadContent

# A bundle of 8 MiB fits, alone, whatever is in it: as JSON its texts have at most twice as many bytes, and each of its
# signatures fewer than twice the 64 that the 8 MiB count.
MAX_FRAME: Final = 16 * 1024 * 1024
# Before a site has proved who it is.
MAX_FIRST_FRAME: Final = 256 * 1024
# What an answer may carry beside its text.
MAX_BINARY: Final = 1024 * 1024

_Id = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]


class FrameTooLargeError(Exception):
    """A message that the other site would not read: it is not sent."""


class _Error(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: int
    message: Annotated[str, msgspec.Meta(max_length=2_000)]
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    jsonrpc: Literal["2.0"]
    id: _Id
    method: Annotated[str, msgspec.Meta(max_length=100)] | msgspec.UnsetType = msgspec.UNSET
    params: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    result: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    error: _Error | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Request:
    """Something that is asked, in a frame of `size` characters."""

    id: int
    method: str
    params: Mapping[str, Any]
    size: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered: a result, or the code and the words of a refusal."""

    id: int
    result: dict[str, Any] | None
    error: tuple[int, str] | None = None


_decoder = msgspec.json.Decoder(_Frame)
_encoder = msgspec.json.Encoder()


def decode(text: str) -> Request | Response:
    """What a text frame says. Raises `BadContent`."""
    try:
        frame = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadContent(f"no message: {error}") from None
    given = [name for name in ("method", "result", "error") if getattr(frame, name) is not msgspec.UNSET]
    if len(given) != 1 or (frame.params is not msgspec.UNSET and given != ["method"]):
        raise BadContent("neither a request nor an answer")
    if not isinstance(frame.method, msgspec.UnsetType):
        params = {} if isinstance(frame.params, msgspec.UnsetType) else frame.params
        return Request(frame.id, frame.method, params, len(text))
    if not isinstance(frame.error, msgspec.UnsetType):
        return Response(frame.id, None, (frame.error.code, frame.error.message))
    assert not isinstance(frame.result, msgspec.UnsetType)
    return Response(frame.id, frame.result)


def request_frame(request_id: int, method: str, params: Any) -> str:
    """Raises `FrameTooLargeError`."""
    return _written({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})


def result_frame(request_id: int, result: Any) -> str:
    """Raises `FrameTooLargeError`."""
    return _written({"jsonrpc": "2.0", "id": request_id, "result": result})


def refusal_frame(request_id: int, refusal: DomainError) -> str:
    """The HTTP status as the code, as on the gateway's sockets."""
    error = {"code": refusal.status, "message": str(refusal.title), "data": refusal.problem()}
    return _written({"jsonrpc": "2.0", "id": request_id, "error": error})


def error_frame(request_id: int, code: int, message: str) -> str:
    return _written({"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": message}})


def _written(message: Mapping[str, Any]) -> str:
    data = _encoder.encode(message)
    if len(data) > MAX_FRAME:
        raise FrameTooLargeError(f"a frame of {len(data)} bytes, where {MAX_FRAME} are read")
    return data.decode()
