"""Addresses of rules."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/rules/"
_VIEWS: Final = "stages.automation.api.rules"

of_rules: Final[list[URLPattern]] = [
    late_path(_HERE, f"{_VIEWS}:RulesView", name="api_rules"),
    late_path(f"{_HERE}check/", f"{_VIEWS}:RuleCheckView", name="api_rule_check"),
    late_path(f"{_HERE}<uuid:rule_id>/", f"{_VIEWS}:RuleView", name="api_rule"),
    late_path(f"{_HERE}<uuid:rule_id>/delete/", f"{_VIEWS}:RuleDeletionView", name="api_rule_delete"),
    late_path(f"{_HERE}<uuid:rule_id>/history/", f"{_VIEWS}:RuleHistoryView", name="api_rule_history"),
]
