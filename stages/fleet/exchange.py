"""Grants, directives, requests and decisions in a project's file. They stay there: a new project has none.

Teams and stations are of the site that issued them, so that an imported project goes to nobody until its new owners
let it. Editions are no project's alone, and are not in its file: the events of its directives name them.
"""

from __future__ import annotations

from typing import Final

from drafts.exchange.registry import ExportedTable
from stages.fleet.models import Decision, Directive, Grant, Request

EXPORTED: Final = {
    "grant": ExportedTable(Grant),
    "directive": ExportedTable(Directive),
    "directive_request": ExportedTable(Request),
    "directive_decision": ExportedTable(Decision, project="request__project"),
}
