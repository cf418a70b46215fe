"""The number on the bell, on every page of somebody who is signed in."""

from __future__ import annotations

from django import template
from django.template import Context

from accounts.models import User
from notifications.models import MAX_COUNTED, count_unread

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_count(context: Context) -> str:
    """How much of the reader's inbox is unread: an empty text for nothing, `99+` for more than two digits."""
    user = context["request"].user
    count = count_unread(user) if isinstance(user, User) else 0
    return f"{MAX_COUNTED - 1}+" if count >= MAX_COUNTED else str(count or "")
