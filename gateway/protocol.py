"""JSON-RPC 2.0 on the socket: decoding a frame into a typed request, encoding the answer.

What is wrong with a frame as such keeps JSON-RPC's codes; what is wrong with a method's parameters is an application
error like every other refusal: its HTTP status as the code, the problem details as `data`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, Literal, TypeVar

import msgspec
from django.utils.translation import gettext as _

from kernel.errors import DomainError, ValidationFailed
from kernel.ijson import parse

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INTERNAL_ERROR: Final = -32603

RequestId = int | float | str | None
Parameters = TypeVar("Parameters", bound=msgspec.Struct)

_AT = re.compile(r" - at `(?:key in )?\$\.?(?P<path>.*)`\Z")
_NAMED = re.compile(r"(?:missing required|contains unknown) field `(?P<name>.*?)`")


class ProtocolError(Exception):
    """A frame that is no request we can answer; `code` is JSON-RPC's, or the HTTP status of the `problem`."""

    def __init__(
        self, code: int, message: str, request_id: RequestId = None, problem: dict[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.request_id = request_id
        self.problem = problem


class Request(msgspec.Struct, frozen=True):
    """One request; without an `id` it is a notification and gets no answer. `params` is decoded with its method."""

    jsonrpc: Literal["2.0"]
    method: str
    id: int | float | str | msgspec.UnsetType | None = msgspec.UNSET
    params: msgspec.Raw = msgspec.Raw(b"{}")

    @property
    def wants_answer(self) -> bool:
        return self.id is not msgspec.UNSET

    @property
    def answer_id(self) -> RequestId:
        return None if isinstance(self.id, msgspec.UnsetType) else self.id


class _OnlyId(msgspec.Struct):
    id: int | float | str | None = None


_requests = msgspec.json.Decoder(Request)
_ids = msgspec.json.Decoder(_OnlyId)
_encoder = msgspec.json.Encoder()


def decode_request(text: str) -> Request:
    """The request in a text frame. Raises `ProtocolError`."""
    try:
        return _requests.decode(text)
    except msgspec.ValidationError as error:
        if text.lstrip()[:1] == "[":
            raise ProtocolError(INVALID_REQUEST, "Batches are not answered here: send one request a frame.") from None
        raise ProtocolError(INVALID_REQUEST, f"Not a JSON-RPC 2.0 request: {error}", _id_of(text)) from None
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise _unreadable(text) from None


def decode_parameters(raw: msgspec.Raw, kind: type[Parameters]) -> Parameters:
    """The parameters of a method. Raises `ValidationFailed` naming what is wrong."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        name, message = _explain(str(error))
        raise ValidationFailed({name: [message]}) from None
    except (msgspec.DecodeError, RecursionError):
        parse(bytes(raw), name="params")
        raise ValidationFailed({"params": [_("This is not valid JSON.")]}) from None


def result_frame(request_id: RequestId, result: Any) -> str:
    return _encoder.encode({"jsonrpc": "2.0", "id": request_id, "result": result}).decode()


def refusal_frame(request_id: RequestId, refusal: DomainError) -> str:
    """An application error: its HTTP status as the code, the problem details as `data`."""
    return _error_frame(request_id, refusal.status, str(refusal.title), refusal.problem())


def error_frame(error: ProtocolError) -> str:
    return _error_frame(error.request_id, error.code, error.message, error.problem)


def _error_frame(request_id: RequestId, code: int, message: str, data: Any = None) -> str:
    error = {"code": code, "message": message} if data is None else {"code": code, "message": message, "data": data}
    return _encoder.encode({"jsonrpc": "2.0", "id": request_id, "error": error}).decode()


def _unreadable(text: str) -> ProtocolError:
    """Why a frame cannot be read. Python reads some JSON that is not strict, and so may find whom to answer."""
    try:
        parse(text, name="params")
    except ValidationFailed as refusal:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return ProtocolError(PARSE_ERROR, refusal.errors["params"][0])
        request_id = value.get("id") if isinstance(value, dict) else None
        known = request_id if isinstance(request_id, int | float | str) else None
        return ProtocolError(refusal.status, str(refusal.title), known, refusal.problem())
    return ProtocolError(PARSE_ERROR, _("This is not valid JSON."))


def _id_of(text: str) -> RequestId:
    """The id of something that is not quite a request, so that its sender knows which one is meant."""
    try:
        return _ids.decode(text).id
    except msgspec.DecodeError:
        return None


def _explain(message: str) -> tuple[str, str]:
    """Split msgspec's message into the member it is about and what is wrong with it."""
    at = _AT.search(message)
    said = message[: at.start()] if at else message
    path = at["path"] if at else ""
    if named := _NAMED.search(said):
        path = f"{path}.{named['name']}".lstrip(".")
        said = _("Is required.") if "missing" in said else _("Is not known here.")
    return path or "params", said
