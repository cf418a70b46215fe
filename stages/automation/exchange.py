"""Switches in a project's file. They stay there: in a new project nothing is on until an owner switches it on.

Modules, rules, scripts and passages are records, and in the file with all operations of the registers.
"""

from __future__ import annotations

from typing import Final

from drafts.exchange.registry import ExportedTable
from stages.automation.models import Switch

EXPORTED: Final = {"automation_switch": ExportedTable(Switch)}
