"""People and numbers as the pages of sites write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django import template
from django.template import Context
from django.template.defaultfilters import truncatechars
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stages.replication.reading.people import SitePerson
from stages.replication.reading.site import Site
from workspace.people import PersonView
from workspace.templatetags.foundry import avatar

register = template.Library()

# In a sentence about several sites.
MAX_NAMES: Final = 3
MAX_NAME: Final = 40


@register.simple_tag(takes_context=True)
def site_avatar(context: Context, person: SitePerson, size: int = 18) -> SafeString:
    """The initials of somebody at a site, on the tint that they have in this project."""
    return avatar(context, PersonView(person.id, person.name, "human"), size)


@register.filter
def thousands(number: int) -> str:
    """10,214"""
    return f"{number:,}"


@register.filter
def few_names(names: Sequence[str]) -> str:
    """The first of many sites by their names, and how many more there are: Basel, Visp plant and 4 more."""
    shown = ", ".join(truncatechars(name, MAX_NAME) for name in names[:MAX_NAMES])
    more = len(names) - MAX_NAMES
    return _("{names} and {n} more").format(names=shown, n=more) if more > 0 else shown


@register.filter
def clock_words(site: Site) -> str:
    """How far off its clock is: 4 s, 7 min, 3 h."""
    seconds = abs(site.clock_seconds)
    if seconds < 120:
        return _("{n} s").format(n=seconds)
    if seconds < 7_200:
        return _("{n} min").format(n=round(seconds / 60))
    return _("{n} h").format(n=f"{round(seconds / 3_600):,}")
