"""Numbers as the pages of registers write them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def thousands(number: int) -> str:
    """10,214"""
    return f"{number:,}"
