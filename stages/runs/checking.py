"""Asking a provider whether it knows a model and takes its key: one request that costs nothing, without an SDK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from kernel.outbound import AddressRefused, OutboundError, OutboundResponse, send
from kernel.ring import RingError
from stages.runs.addresses import named_hosts
from stages.runs.choices import Provider
from stages.runs.llm.config import OWN_ADDRESSES
from stages.runs.llm.hiding import hide
from stages.runs.models import ModelProfile
from stages.runs.secrets import key_of
from stages.runs.server_requests import server_request

ANTHROPIC_VERSION: Final = "2023-06-01"
MAX_DETAIL: Final = 300

READY: Final = _("The provider knows the model and accepts the key.")
ECHO_READY: Final = _("The built-in echo is always available.")
# By the status of an answer: the cause, and what to do.
_REFUSALS: Final[dict[int, tuple[str, str | Promise]]] = {
    401: ("authentication", _("The provider does not accept the key. Replace it.")),
    403: ("permission", _("The provider does not allow this model with this key. Ask who manages the account there.")),
    404: ("model_not_found", _("The provider has no model of this name. Add the model again under its right name.")),
    429: ("rate_limited", _("The provider accepts no more requests for now. Wait, or raise the limit there.")),
}
_OVERLOADED: Final = ("overloaded", _("The provider cannot answer for now. Try again later."))
_BAD_RESPONSE: Final = ("bad_response", _("The answer is not in this provider’s format. Check the address."))
_REFUSED_ADDRESS: Final = (
    "address_refused",
    _("This address is not public. The operator can allow the server in FOUNDRY_MODEL_HOSTS."),
)
_NO_KEY: Final = ("authentication", _("The stored key cannot be decrypted at this site. Replace it."))


@dataclass(frozen=True, slots=True)
class ProfileCheck:
    """What a check found: the cause is one of those that runs fail with, None where the model is ready."""

    is_ready: bool
    cause: str | None
    detail: str


def check_profile_for(user: User, profile: ModelProfile) -> ProfileCheck:
    """Check a profile because `user` asks for it. Raises `RateLimited` where too many wait for servers already."""
    with server_request(user.id):
        return check_profile(profile)


def check_profile(profile: ModelProfile) -> ProfileCheck:
    """Ask the provider about the model of a profile. Takes at most 15 seconds; changes nothing."""
    if profile.provider == Provider.ECHO:
        return ProfileCheck(is_ready=True, cause=None, detail=str(ECHO_READY))
    try:
        key = key_of(profile)
    except RingError:
        return _failed(_NO_KEY)
    address, headers = _question(profile, key)
    try:
        response = send(address, headers=headers, allowed=named_hosts())
    except AddressRefused:
        return _failed(_REFUSED_ADDRESS)
    except OutboundError as error:
        return ProfileCheck(is_ready=False, cause="connection", detail=hide(str(error), key)[:MAX_DETAIL])
    return _read(profile, response)


def _question(profile: ModelProfile, key: str) -> tuple[str, dict[str, str]]:
    """Where to ask, and with which headers."""
    model = quote(profile.model_name, safe="")
    match profile.provider:
        case Provider.ANTHROPIC:
            headers = {"x-api-key": key, "anthropic-version": ANTHROPIC_VERSION}
        case Provider.GOOGLE:
            headers = {"x-goog-api-key": key}
        case _:
            headers = {"authorization": f"Bearer {key}"} if key else {}
    base = profile.base_url or OWN_ADDRESSES[Provider(profile.provider)]
    # Servers that are only compatible with OpenAI list their models, and many do not know one by its address.
    return f"{base}/models" if _lists(profile) else f"{base}/models/{model}", headers


def _lists(profile: ModelProfile) -> bool:
    return profile.provider == Provider.OPENAI and bool(profile.base_url)


def _read(profile: ModelProfile, response: OutboundResponse) -> ProfileCheck:
    if response.status in _REFUSALS:
        return _failed(_REFUSALS[response.status])
    if response.status >= 500:
        return _failed(_OVERLOADED)
    found = _object_in(response)
    if found is None:
        return _failed(_BAD_RESPONSE)
    if _lists(profile) and profile.model_name not in _names(found):
        return _failed(_REFUSALS[404])
    return ProfileCheck(is_ready=True, cause=None, detail=str(READY))


def _object_in(response: OutboundResponse) -> dict[str, Any] | None:
    """The JSON object that an answer holds, or None where it is another answer."""
    if response.status != 200:
        return None
    try:
        found = parse(response.body)
    except ValidationFailed:
        return None
    return found if isinstance(found, dict) else None


def _names(found: dict[str, Any]) -> set[str]:
    """The ids of the models in a list."""
    listed = found.get("data")
    return {str(each.get("id")) for each in listed if isinstance(each, dict)} if isinstance(listed, list) else set()


def _failed(refusal: tuple[str, str | Promise]) -> ProfileCheck:
    cause, detail = refusal
    return ProfileCheck(is_ready=False, cause=cause, detail=str(detail))
