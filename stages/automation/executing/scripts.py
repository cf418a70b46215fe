"""Scripts of a project, as their records have them, and whether they are on here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from blobs.models import sha256_of
from kernel.canonical import canonical
from stages.automation.executing.grants import Grants
from stages.automation.executing.settings import Settings, stored_libraries, stored_settings
from stages.automation.facets import MODULE, SCRIPT, record_id
from stages.automation.models import Execution, Switch
from stages.automation.reading.packages import files_of, module_of
from stages.automation.reading.records import records_of
from stages.registers.fold.storage import Derived
from stages.registers.fold.views import Record
from stages.registers.models import Row
from stages.registers.storing.storage import PostgresStorage

LIBRARIES: Final = "scripts/lib/"


@dataclass(frozen=True)
class Script:
    """A script; where sites do not agree about it, or about its module, `in_conflict`, it is off."""

    id: str
    name: str
    title: str
    source: str
    settings_text: str
    module: str
    in_conflict: bool

    @cached_property
    def sha256(self) -> str:
        """The hash of the text that an owner switches on."""
        return text_digest(self.source, self.libraries)

    @cached_property
    def libraries(self) -> Mapping[str, str]:
        """The texts of its module that it may `require`: their hashes by name."""
        return stored_libraries(self.settings_text) if self.module else {}

    @cached_property
    def settings(self) -> Settings:
        return stored_settings(self.settings_text)

    @property
    def label(self) -> str:
        return self.title or self.name


def text_digest(source: str, libraries: Mapping[str, str]) -> str:
    """The SHA-256 of a script's text; where it may `require` others, that of RFC 8785 `{source, libraries}`, hashes.

    So that another library is another text, which is off until an owner switches it on.
    """
    digest = sha256_of(source.encode())
    if not libraries:
        return digest
    return sha256_of(canonical({"source": digest, "libraries": dict(libraries)}).encode())


def script_of(storage: Derived, entity: str) -> Script | None:
    """The script whose record this is; None where there is none, or it was removed."""
    found = storage.records.get(entity)
    if found is None or not found.alive or SCRIPT not in found.fields:
        return None
    texts = {member: _text(found, name) for member, name in _MEMBERS.items()}
    in_conflict = any(getattr(each, "facet", SCRIPT) == SCRIPT for each in found.conflicts)
    if texts["module"] and not in_conflict:
        modules = records_of(storage, MODULE)
        in_conflict = any(each.is_conflicted for each in modules if each.text("name") == texts["module"])
    return Script(id=found.id, in_conflict=in_conflict, **texts)


def script_of_row(record: str, shown: Mapping[str, Any], *, is_conflicted: bool) -> Script:
    """The script that a row of its table is."""
    values = {member: str(shown.get(name) or "") for member, name in _MEMBERS.items()}
    return Script(id=record, in_conflict=is_conflicted, **values)


def text_of(script: Script, values: Mapping[str, str]) -> Script:
    """A script with an earlier title, source and settings."""
    title, source, settings = (values.get(each, "") for each in ("title", "source", "settings"))
    # Made anew: what a script knows by heart is of one text.
    return Script(script.id, script.name, title, source, settings, script.module, in_conflict=False)


def load_script(project_id: UUID, entity: UUID | str) -> Script | None:
    storage = PostgresStorage(project_id)
    storage.open()
    return script_of(storage, str(entity))


def libraries_for(project_id: UUID, script: Script) -> dict[str, str]:
    """The texts that a script may `require`, by name: those of its module that its own hash covers.

    A script of the project itself has none. Without the module's package at this site they are not there either.
    """
    if not script.libraries:
        return {}
    adopted = Row.objects.filter(project=project_id, facet=MODULE, record=record_id(project_id, MODULE, script.module))
    module = module_of(str(adopted.values_list("shown__sha256", flat=True).first()))
    texts = libraries_of(files_of(module)) if module is not None else {}
    wanted = script.libraries
    return {name: text for name, text in texts.items() if wanted.get(name) == sha256_of(text.encode())}


def libraries_of(files: Mapping[str, str]) -> dict[str, str]:
    """The texts in `scripts/lib/` of a package, by the names that `require` takes."""
    return {
        path.removeprefix(LIBRARIES).removesuffix(".lua"): text
        for path, text in files.items()
        if path.startswith(LIBRARIES) and path.endswith(".lua")
    }


def switch_of(project_id: UUID, script: Script) -> Switch | None:
    """The switch of exactly this text; None where it is off."""
    if script.in_conflict:
        return None
    return Switch.objects.filter(project=project_id, record=script.id, sha256=script.sha256, is_on=True).first()


def grants_of(switch: Switch) -> Grants:
    return Grants.of(switch.grants)


def source_of_script(project_id: UUID, script: str) -> dict[str, str] | None:
    """What operations name as their source that a script has proposed on change."""
    shown = Row.objects.filter(project=project_id, facet=SCRIPT, record=script).values_list("shown", flat=True).first()
    if shown is None:
        # It was removed; what it has proposed may still be accepted.
        newest = Execution.objects.filter(project=project_id, script=script)
        name = newest.values_list("name", flat=True).first()
        return {"script": name} if name else None
    return {"script": str(shown.get("name"))}


def source_of(project_id: UUID, execution_id: str) -> dict[str, str] | None:
    """What operations name as their source that an execution has proposed."""
    name = Execution.objects.filter(pk=execution_id, project=project_id).values_list("name", flat=True).first()
    return {"script": name} if name else None


_MEMBERS: Final = {
    "name": "name",
    "title": "title",
    "source": "source",
    "settings_text": "settings",
    "module": "module",
}


def _text(record: Record, name: str) -> str:
    shown: Any = record.fields[SCRIPT].get(name)
    return str(shown.value) if shown is not None and shown.value is not None else ""
