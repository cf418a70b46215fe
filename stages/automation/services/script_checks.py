"""What a script, its settings, its grants and its arguments have to be before they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from blobs.models import sha256_of
from kernel.canonical import canonical
from kernel.errors import PayloadTooLarge, ValidationFailed
from kernel.ijson import check_storable
from stages.automation import lua
from stages.automation.executing.addresses import can_be_granted
from stages.automation.executing.grants import Grants
from stages.automation.executing.scripts import Script
from stages.automation.executing.settings import Settings, read_arguments, read_settings

MAX_SOURCE: Final = 64 << 10
MAX_TITLE: Final = 200


def text_hash(text: str) -> str:
    """The SHA-256 of a text, in UTF-8."""
    return sha256_of(text.encode())


def canonical_or_refuse(value: Mapping[str, Any]) -> str:
    """Arguments as canonical JSON. Raises `ValidationFailed`."""
    try:
        return check_storable(canonical(value), name="args")
    except ValueError:
        raise ValidationFailed({"args": [_("Must be values of JSON.")]}) from None


def check_title(title: str) -> None:
    """Raises `ValidationFailed` for what is no title of a script."""
    if len(title) > MAX_TITLE or not (title.isprintable() or not title):
        raise ValidationFailed({"title": [_("A title has at most 200 characters, in one line.")]})


def check_source(source: str) -> lua.SourceError | None:
    """What is wrong with a text as Lua. Raises `PayloadTooLarge` over 64 KiB, `ValidationFailed` for no text."""
    if len(source.encode(errors="surrogatepass")) > MAX_SOURCE:
        raise PayloadTooLarge(_("A script has at most 64 KiB."))
    check_storable(source, name="source")
    return lua.check(source)


def require_source(source: str) -> None:
    """Raises as `check_source`, and `ValidationFailed` for a text that is no Lua, with its line, or empty."""
    wrong = check_source(source)
    if not source.strip():
        raise ValidationFailed({"source": [_("A script has a text.")]})
    if wrong is not None:
        words = _("Line {line}: {problem}").format(line=wrong.line, problem=wrong.text) if wrong.line else wrong.text
        raise ValidationFailed({"source": [words]})


def text_of_settings(settings: Mapping[str, Any]) -> str:
    """Settings as they are stored. Raises `ValidationFailed` with the path of what is wrong."""
    try:
        return canonical(read_settings(settings).to_json())
    except ValueError as error:
        raise ValidationFailed({f"settings.{error}".rstrip("."): [_("This is no setting of a script.")]}) from None


def settings_hash(settings: Settings) -> str:
    """The hash by which a change of settings names those that it is about."""
    return text_hash(text_of_settings(settings.to_json()))


def grants_or_refuse(grants: Mapping[str, Any] | None) -> Grants:
    """Grants that may be given. Raises `ValidationFailed` with the path of what is wrong."""
    try:
        found = Grants.of(grants)
    except ValueError as error:
        raise ValidationFailed({f"grants.{error}".rstrip("."): [_("This cannot be granted.")]}) from None
    for at, each in enumerate(found.network):
        if not can_be_granted(each):
            words = _("An https address and the beginning of a path, such as https://api.example.org/v1/.")
            raise ValidationFailed({f"grants.network.{at}": [words]})
    return found


def arguments_or_refuse(script: Script, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a run. Raises `ValidationFailed` with the path of what does not fit the script."""
    try:
        return read_arguments(script.settings, given)
    except ValueError as error:
        raise ValidationFailed({f"args.{error}".rstrip("."): [_("This does not fit the script.")]}) from None
