"""Template tags of runs: money, and the addresses of models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.urls import reverse
from django.utils.formats import number_format

from stages.runs.models import ModelProfile
from stages.runs.pages.money import money_text

register = template.Library()
register.filter("money", money_text)
register.filter("grouped", lambda number: number_format(number, force_grouping=True))


@register.filter
def at(things: Sequence[Any], place: int) -> Any:
    """What is at a place of a list, counted from 0."""
    return things[place]


# The name of an address of a project, and that of the same for a model of the site.
_ADDRESSES = {
    "change": ("runs:model", "runs:site_model"),
    "key": ("runs:model_key", "runs:site_model_key"),
    "limits": ("runs:model_limits", "runs:site_model_limits"),
    "enable": ("runs:enable_model", "runs:enable_site_model"),
    "check": ("runs:check_model", "runs:check_site_model"),
}


@register.simple_tag
def model_url(act: str, profile: ModelProfile) -> str:
    """Where one does something with a model: in its project's settings, or on the page of the site's models."""
    of_project, of_site = _ADDRESSES[act]
    if profile.project_id is None:
        return reverse(of_site, args=[profile.id])
    return reverse(of_project, args=[profile.project_id, profile.id])
