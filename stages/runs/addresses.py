"""Where models are asked and repositories are: the providers' own servers, or an address that somebody typed."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from kernel.ijson import check_text
from kernel.outbound import is_public
from stages.runs.choices import Provider
from stages.runs.environment import GIT_HOSTS, MODEL_HOSTS
from stages.runs.llm.config import OWN_ADDRESSES
from stages.runs.models.profiles import MAX_BASE_URL, ModelProfile


def named_hosts() -> frozenset[str]:
    """The servers (`host:port`) that the operator named as ones that may be inside the network, and without TLS."""
    found: frozenset[str] = getattr(settings, MODEL_HOSTS)
    return found


def git_hosts() -> frozenset[str]:
    """The servers (`host:port`) of repositories that may be inside the network, and without TLS."""
    found: frozenset[str] = getattr(settings, GIT_HOSTS)
    return found


def host_of(profile: ModelProfile) -> str:
    """The server that a profile's model is asked at, with its port where the address has one; empty for the echo."""
    return urlsplit(profile.base_url or OWN_ADDRESSES.get(Provider(profile.provider), "")).netloc.lower()


def check_base_url(value: str, *, provider: str) -> str:
    """An address as it is kept: https, or a server that the operator named. Raises `ValidationFailed` on `base_url`.

    What a name resolves to is checked with every request (`kernel.outbound`), because it can change.
    """
    address = check_text(value, name="base_url").strip().rstrip("/")
    if address and provider == Provider.ECHO:
        raise ValidationFailed({"base_url": [_("The built-in echo has no address.")]})
    return check_address(address, name="base_url", setting=MODEL_HOSTS) if address else ""


def check_address(value: str, *, name: str, setting: str) -> str:
    """An address as it is kept: https, or a server that the operator named in `setting`.

    Raises `ValidationFailed` on `name`.
    """
    address = check_text(value, name=name).strip().rstrip("/")
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise ValidationFailed({name: [_("This is not an address.")]}) from None
    host = (parts.hostname or "").rstrip(".")
    refusal = ""
    if parts.scheme not in {"https", "http"} or not host or len(address) > MAX_BASE_URL or not _is_plain(address):
        refusal = _("Type an address that begins with https://.")
    elif parts.username is not None or parts.query or parts.fragment:
        refusal = _("Leave out user name, question mark and number sign.")
    elif (f"[{host}]:{port}" if ":" in host else f"{host}:{port}") in getattr(settings, setting):
        return address
    elif parts.scheme == "http":
        refusal = _("Use https. An operator can allow this server in {setting}.").format(setting=setting)
    elif _is_inside(host):
        words = _("{host} is not public. An operator can allow it in {setting}.")
        refusal = words.format(host=host, setting=setting)
    if refusal:
        raise ValidationFailed({name: [refusal]})
    return address


def _is_plain(address: str) -> bool:
    """Whether an address has no blanks, control characters or letters beyond ASCII."""
    return address.isascii() and address.isprintable() and " " not in address


def _is_inside(host: str) -> bool:
    """Whether a host is written as an address that is not public, in any of the spellings that resolvers take."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not is_public(ip_address(host))
    except ValueError:
        # Resolvers also read 2130706433, 0x7f.1 and 127.1 as addresses; no public name ends in a number.
        last = host.rpartition(".")[2]
        return last.isdigit() or last.startswith("0x")
