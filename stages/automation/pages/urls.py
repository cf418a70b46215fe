"""Addresses of the pages of automation."""

from __future__ import annotations

from stages.automation.pages.module_urls import of_modules
from stages.automation.pages.passage_urls import of_passages
from stages.automation.pages.rule_urls import of_rules

app_name = "automation"
urlpatterns = [
    *of_modules,
    *of_passages,
    *of_rules,
]
