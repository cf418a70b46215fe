"""Addresses of the pages of rules."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/automation/rules/"
_VIEWS: Final = "stages.automation.pages.rule_views"
_LIVES: Final = "stages.automation.pages.rule_lives"

of_rules: Final[list[URLPattern]] = [
    late_path(_HERE, f"{_VIEWS}:rules", name="rules"),
    late_path(f"{_HERE}new/", f"{_VIEWS}:new_rule", name="new_rule"),
    late_path(f"{_HERE}build/", f"{_VIEWS}:build", name="build_rule"),
    late_path(f"{_HERE}counts/", f"{_VIEWS}:counts", name="rule_counts"),
    late_path(f"{_HERE}<uuid:rule_id>/", f"{_VIEWS}:rule", name="rule"),
    late_path(f"{_HERE}<uuid:rule_id>/history/", f"{_LIVES}:history", name="rule_history"),
    late_path(f"{_HERE}<uuid:rule_id>/rename/", f"{_LIVES}:rename", name="rename_rule"),
    late_path(f"{_HERE}<uuid:rule_id>/delete/", f"{_LIVES}:delete", name="delete_rule"),
]
