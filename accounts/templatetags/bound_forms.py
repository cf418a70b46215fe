"""Replaces `{% csrf_token %}` in all templates, including those of Django and allauth: adds the account of the form."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.binding import FIELD
from accounts.models import User

register = template.Library()


class BoundFormNode(CsrfTokenNode):
    """Protects a form from requests of other sites and from those of a page of another account."""

    def render(self, context: Context) -> SafeString:
        token = SafeString(super().render(context))
        user = getattr(context.get("request"), "user", None)
        if not token or not isinstance(user, User):
            return token
        return token + format_html('<input type="hidden" name="{}" value="{}">', FIELD, user.id)


@register.tag
def csrf_token(parser: Parser, token: Token) -> BoundFormNode:
    return BoundFormNode()


@register.simple_tag
def csrf_cookie_name() -> str:
    """The current CSRF token of the browser, for the script of the page."""
    return settings.CSRF_COOKIE_NAME
