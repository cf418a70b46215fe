"""Addresses of the pages of automation."""

from __future__ import annotations

from stages.automation.pages.execution_urls import of_executions
from stages.automation.pages.foreign_urls import of_foreign_views
from stages.automation.pages.module_urls import of_modules
from stages.automation.pages.passage_urls import of_passages
from stages.automation.pages.rule_urls import of_rules
from stages.automation.pages.script_urls import of_scripts
from stages.automation.pages.view_urls import of_views

app_name = "automation"
urlpatterns = [
    *of_foreign_views,
    *of_executions,
    *of_modules,
    *of_passages,
    *of_rules,
    *of_scripts,
    *of_views,
]
