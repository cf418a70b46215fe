"""Answers to suggestions, as a form has them."""

from __future__ import annotations

from django import template

from stages.automation.pages.adoption_rows import AdoptionForm

register = template.Library()


@register.filter
def answer_of(form: AdoptionForm, name: str) -> str:
    """What was said about a suggestion: same, different, or later."""
    return form.answers.get(name, "later")
