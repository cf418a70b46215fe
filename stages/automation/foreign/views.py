"""Views of modules that are code: found for somebody in a project, and what an owner has granted to their text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from blobs.models import sha256_of
from kernel.errors import Conflict, NotFound
from stages.automation.choices import Kind
from stages.automation.errors import ViewOff
from stages.automation.executing.grants import Grants
from stages.automation.facets import record_id
from stages.automation.models import Installation, Switch
from stages.automation.packages import Manifest
from stages.automation.reading.modules import adopted_modules
from stages.automation.reading.packages import Module, files_of, manifest_of
from stages.registers.reading.reader import Reader

FOREIGN: Final = "foreign"
# Views are no records; their ids are made as those of records of a facet of this name.
_FACET: Final = "foundry.view"


@dataclass(frozen=True)
class ForeignView:
    """A view of a module in a project; `asks` is what its text may be granted. In conflict it is off."""

    id: str
    module: Module
    name: str
    title: str
    asks: Grants
    in_conflict: bool = False

    @cached_property
    def source(self) -> str:
        return files_of(self.module)[f"views/{self.name}.js"]

    @cached_property
    def sha256(self) -> str:
        """The hash of the text that an owner switches on."""
        return sha256_of(self.source.encode())

    @property
    def label(self) -> str:
        return self.title or self.name

    @property
    def full_name(self) -> str:
        return f"{self.module.name}/{self.name}"


class SwitchedView(NamedTuple):
    """A view that is on, with what its text may reach."""

    view: ForeignView
    grants: Grants


def view_id(project_id: UUID, module: str, name: str) -> str:
    """The id under which a view is switched on, and proposes."""
    return record_id(project_id, _FACET, f"{module}/{name}")


def find_view(project_id: UUID, user: User, module: str, name: str, *, reader: Reader | None = None) -> ForeignView:
    """A foreign view: of a module that the project has adopted, or this person has installed. Raises `NotFound`."""
    adopted = next((each for each in adopted_modules(project_id, reader=reader) if each.name == module), None)
    found = adopted.module if adopted is not None else _installed(user, module)
    shape = found.manifest.views.get(name) if found is not None else None
    if found is None or shape is None or shape.kind != FOREIGN:
        raise NotFound(_("There is no such view."))
    return ForeignView(
        view_id(project_id, module, name),
        found,
        name,
        shape.title,
        asked_by(found.manifest, name),
        in_conflict=adopted is not None and adopted.is_conflicted,
    )


def asked_by(manifest: Manifest, name: str) -> Grants:
    """What a view asks for: its own `read` and `write`, or what its module asks for where it names neither."""
    shape = manifest.views[name]
    asked = shape if shape.read or shape.write else manifest.capabilities
    return Grants(read=asked.read, write=asked.write)


def switch_of(project_id: UUID, view: ForeignView) -> Switch | None:
    """The switch of exactly this text; None where it is off."""
    if view.in_conflict:
        return None
    found = Switch.objects.filter(project=project_id, kind=Kind.VIEW, record=view.id, sha256=view.sha256, is_on=True)
    return found.first()


def switched_view(project_id: UUID, user: User, module: str, name: str, sha256: str) -> SwitchedView:
    """A view that is on in the text of this hash, which a page runs. Raises `NotFound`, `ViewOff`, `Conflict`."""
    view = find_view(project_id, user, module, name)
    if view.sha256 != sha256:
        raise Conflict(_("The view has another text by now. Open its page again."), sha256=view.sha256)
    switch = switch_of(project_id, view)
    if switch is None:
        raise ViewOff(_("An owner has to switch this text of the view on first."))
    return SwitchedView(view, Grants.of(switch.grants))


def source_of(project_id: UUID, origin: str) -> dict[str, str] | None:
    """What operations name as their source that a view has proposed; `origin` is the view's id."""
    for adopted in adopted_modules(project_id):
        for name in adopted.module.manifest.views if adopted.module is not None else ():
            if view_id(project_id, adopted.name, name) == origin:
                return {"view": f"{adopted.name}/{name}"}
    return None


def _installed(user: User, module: str) -> Module | None:
    if "\0" in module:
        # Postgres compares no NUL.
        return None
    found = Installation.objects.filter(user=user, name=module).select_related("package").first()
    if found is None:
        return None
    return Module(manifest_of(found.package), found.package.sha256, found.package)
