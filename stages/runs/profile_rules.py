"""What a profile may hold: its names, its provider, its key, its limits and prices."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import MAX_DISPLAY_NAME
from kernel.errors import ValidationFailed
from kernel.names import check_name
from stages.runs.choices import Provider
from stages.runs.models.profiles import MAX_MODEL_NAME, MAX_NAME, MAX_PRICE, MAX_TOKENS, NAME_PATTERN
from stages.runs.secrets import check_key


def check_profile_name(value: str) -> str:
    """A name by which suites call a model. Raises `ValidationFailed` on `name`."""
    name = check_name(value, name="name", maximum=MAX_NAME)
    if not re.match(NAME_PATTERN, name):
        words = _("Use lower-case letters, digits and . _ - only, beginning with a letter or a digit.")
        raise ValidationFailed({"name": [words]})
    return name


def check_display_name(value: str) -> str:
    """What people read. Raises `ValidationFailed` on `display_name`."""
    return check_name(value, name="display_name", maximum=MAX_DISPLAY_NAME)


def check_provider(value: str) -> str:
    """A provider that Foundry can ask. Raises `ValidationFailed` on `provider`."""
    if value not in Provider.values:
        words = _("Must be one of {values}.").format(values=", ".join(Provider.values))
        raise ValidationFailed({"provider": [words]})
    return value


def check_model_name(value: str, *, provider: str) -> str:
    """What the provider calls the model; the built-in echo has one only. Raises `ValidationFailed` on `model_name`."""
    if provider == Provider.ECHO:
        return check_name(value, name="model_name", maximum=MAX_MODEL_NAME, required=False) or Provider.ECHO.value
    return check_name(value, name="model_name", maximum=MAX_MODEL_NAME)


def check_key_of(provider: str, key: str, *, is_needed: bool) -> str:
    """A key as it is kept; empty where none is needed and none given. Raises `ValidationFailed` on `key`."""
    if provider == Provider.ECHO:
        if key:
            raise ValidationFailed({"key": [_("The built-in echo takes no key.")]})
        return ""
    return check_key(key) if key or is_needed else ""


def check_limits(*, input_price: int | None, output_price: int | None, token_limit: int | None) -> dict[str, Any]:
    """Prices and the limit of tokens, by name; None is left as it is. Raises `ValidationFailed`."""
    bounds = {
        "input_price": (input_price, 0, MAX_PRICE),
        "output_price": (output_price, 0, MAX_PRICE),
        "token_limit": (token_limit, 1, MAX_TOKENS),
    }
    for name, (value, least, most) in bounds.items():
        if value is not None and not least <= value <= most:
            words = _("Must be from {least} to {most}.").format(least=least, most=most)
            raise ValidationFailed({name: [words]})
    return {name: value for name, (value, _least, _most) in bounds.items()}
