"""The forms of models: what was typed, and what a service is given of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from stages.runs.models import Meter, ModelProfile
from stages.runs.models.meters import LIMITS
from stages.runs.pages.money import amount_text, parse_money
from stages.runs.services.profiles import DEFAULT_TOKEN_LIMIT

# Said once, when a model is added.
FIXED: Final = ("name", "provider", "model_name", "base_url")
CHANGEABLE: Final = ("display_name", "input_price", "output_price", "token_limit")
MONEY: Final = "monthly_limit"
EMPTY: Final = {
    **dict.fromkeys((*FIXED, "display_name"), ""),
    "provider": "openai",
    "input_price": "0",
    "output_price": "0",
    "token_limit": str(DEFAULT_TOKEN_LIMIT),
}


def typed_values(post: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """What a form sent under these names, as it was typed. A key is not among them: it is never shown again."""
    return {name: post.get(name, "") for name in names}


def values_of(profile: ModelProfile) -> dict[str, str]:
    """What the form of a model holds when it opens."""
    return {
        "display_name": profile.display_name,
        "input_price": amount_text(profile.input_price),
        "output_price": amount_text(profile.output_price),
        "token_limit": str(profile.token_limit),
    }


def parameters_of(values: Mapping[str, str]) -> dict[str, Any]:
    """The typed values as services take them. Raises `ValidationFailed` with every number that is none."""
    parameters: dict[str, Any] = dict(values)
    errors: dict[str, list[str]] = {}
    for name in ("input_price", "output_price"):
        try:
            parameters[name] = parse_money(values[name], name=name)
        except ValidationFailed as error:
            errors |= error.errors
    limit = values["token_limit"].strip()
    if limit.isascii() and limit.isdecimal() and len(limit) < 10:
        parameters["token_limit"] = int(limit)
    else:
        errors["token_limit"] = [_("Write a whole number of tokens.")]
    if errors:
        raise ValidationFailed(errors)
    return parameters


def limits_of(meter: Meter) -> dict[str, str]:
    """What the form of limits holds when it opens; empty is no limit."""
    found = {name: getattr(meter, name) for name in LIMITS}
    texts = {name: "" if value is None else str(value) for name, value in found.items()}
    if meter.monthly_limit is not None:
        texts["monthly_limit"] = amount_text(meter.monthly_limit)
    return texts


def limits_from(values: Mapping[str, str]) -> dict[str, int | None]:
    """The typed limits as `set_budget` takes them. Raises `ValidationFailed` with every one that is no number."""
    limits: dict[str, int | None] = {}
    errors: dict[str, list[str]] = {}
    for name in LIMITS:
        text = values[name].strip()
        try:
            limits[name] = None if not text else parse_money(text, name=name) if name == MONEY else _count(text, name)
        except ValidationFailed as error:
            errors |= error.errors
    if errors:
        raise ValidationFailed(errors)
    return limits


def _count(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValidationFailed({name: [_("Write a whole number, or nothing for no limit.")]})
    return int(text)
