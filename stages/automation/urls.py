"""Addresses of automation under ``/api/v1/``."""

from __future__ import annotations

from stages.automation.api.foreign_urls import of_foreign_views
from stages.automation.api.module_urls import of_modules
from stages.automation.api.passage_urls import of_passages
from stages.automation.api.rule_urls import of_rules
from stages.automation.api.script_urls import of_scripts
from stages.automation.api.view_urls import of_views

urlpatterns = [
    *of_foreign_views,
    *of_modules,
    *of_passages,
    *of_rules,
    *of_scripts,
    *of_views,
]
