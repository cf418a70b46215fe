"""What the views of registers have in common: who may, and how what was written is answered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS

from kernel.errors import NotFound
from projects.access import Access, get_project
from projects.rest import ProjectView
from stages.registers.permissions import READ, WRITE
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Table
from stages.registers.services.acting import Done


class RegisterView(ProjectView):
    """Reads need `register.read`, writes `register.write`."""

    write_action = WRITE

    def access(self) -> Access:
        action = READ if self.request.method in SAFE_METHODS else self.write_action
        return get_project(user=self.user(), project_id=self.project_id, action=action)

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.project_id)

    def table(self, name: str) -> Table:
        """A table of the project. Raises `NotFound`."""
        found = self.reader.schema.tables.get(name)
        if found is None:
            raise NotFound(_("There is no table “%(table)s”.") % {"table": name[:100]})
        return found

    def column(self, table: str, name: str) -> Column:
        """A column of a table. Raises `NotFound`."""
        found = self.table(table).column(name)
        if found is None:
            raise NotFound(_("There is no column “%(column)s”.") % {"column": name[:100]})
        return found

    def written(self, done: Done, more: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponseBase:
        """Answer a write; a repeat with 200."""
        return self.answer({**written_body(done), **(more or {})}, 200 if done.repeated else status)


def written_body(done: Done) -> dict[str, Any]:
    """The bundle of a write, null where nothing differed."""
    written = done.written
    if written is None:
        return {"bundle": None}
    ids = [str(each) for each in written.op_ids]
    return {"bundle": {"bundle_id": str(written.bundle_id), "hash": written.hash, "operations": ids}}
