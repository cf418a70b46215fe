"""The records in which a project keeps a module, and its rules and scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

from blobs.models import sha256_of
from kernel.canonical import canonical
from stages.automation.executing.scripts import libraries_of, text_digest
from stages.automation.executing.settings import LIBRARIES
from stages.automation.facets import MODULE, RULE, SCRIPT, record_id
from stages.automation.foreign.views import asked_by, view_id
from stages.automation.packages import Manifest
from stages.automation.packages.manifest import argument_of
from stages.automation.packages.shapes import CapabilitiesShape
from stages.automation.reading.packages import Module
from stages.automation.reading.records import records_of
from stages.automation.services.writing import put_values
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import Payload
from stages.registers.verbs import schema_records

# Rules and scripts of a module are named after it, so that two modules may give theirs the same name.
SEPARATOR: Final = "/"


def name_in(module: str, name: str) -> str:
    """The name of a module's rule or script in a project."""
    return f"{module}{SEPARATOR}{name}"


def adopt_records(acts: Acts, project_id: UUID, module: Module, files: Mapping[str, str]) -> list[Payload]:
    """The payloads after which the project has this version: the module, its rules and scripts, and none of before."""
    manifest = module.manifest
    values = {"name": manifest.name, "version": manifest.version, "sha256": module.sha256}
    payloads = put_values(acts, record_id(project_id, MODULE, manifest.name), MODULE, values)
    wanted = {(RULE, name): each for name, each in _rules(manifest).items()}
    wanted |= {(SCRIPT, name): each for name, each in _scripts(manifest, files).items()}
    kept = set()
    for (facet, name), record in wanted.items():
        entity = record_id(project_id, facet, name)
        kept.add(entity)
        payloads += put_values(acts, entity, facet, record)
    gone = [entity for entity in records_of_module(acts, manifest.name) if entity not in kept]
    return [*payloads, *schema_records.remove(acts, gone)]


def leave_records(acts: Acts, project_id: UUID, name: str) -> list[Payload]:
    """The payloads that remove a module with its rules and scripts."""
    entities = [record_id(project_id, MODULE, name), *records_of_module(acts, name)]
    return schema_records.remove(acts, entities)


def records_of_module(acts: Acts, module: str) -> dict[str, str]:
    """The rules and scripts that a project has of a module: their names by their records."""
    storage = acts.increment.storage
    found = [*records_of(storage, RULE), *records_of(storage, SCRIPT)]
    return {each.entity: each.text("name") for each in found if each.text("module") == module}


@dataclass(frozen=True, slots=True)
class ModuleScript:
    """A script or a foreign view of a module: its name in a project, the hash of its text, and what it asks for."""

    name: str
    sha256: str
    asked: Mapping[str, Sequence[str]]

    def granted(self, grants: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """What of some grants it asks for."""
        found = {
            member: [each for each in texts if each in grants.get(member, ())] for member, texts in self.asked.items()
        }
        return {member: texts for member, texts in found.items() if texts}

    def is_granted_all(self, grants: Mapping[str, Sequence[str]]) -> bool:
        """Whether it asks for something, and all of that is granted."""
        wanted = sum(map(len, self.asked.values()))
        return wanted > 0 and sum(map(len, self.granted(grants).values())) == wanted


def scripts_of(project_id: UUID, module: Module, files: Mapping[str, str]) -> dict[str, ModuleScript]:
    """The scripts of a module, by their records."""
    libraries, manifest = library_hashes(files), module.manifest
    found = {}
    for name, shape in manifest.scripts.items():
        named = name_in(module.name, name)
        digest = text_digest(files[f"scripts/{name}.lua"], libraries)
        asked = capabilities_of(manifest.capabilities if shape.capabilities is None else shape.capabilities)
        found[record_id(project_id, SCRIPT, named)] = ModuleScript(named, digest, asked)
    return found


def foreign_views_of(project_id: UUID, module: Module, files: Mapping[str, str]) -> dict[str, ModuleScript]:
    """The views of a module that are code of its own, by the ids under which they are switched on."""
    found = {}
    for name, shape in module.manifest.views.items():
        if shape.kind == "foreign":
            digest = sha256_of(files[f"views/{name}.js"].encode())
            asked = asked_by(module.manifest, name).to_json()
            found[view_id(project_id, module.name, name)] = ModuleScript(name_in(module.name, name), digest, asked)
    return found


def library_hashes(files: Mapping[str, str]) -> dict[str, str]:
    """The hashes of the texts that the scripts of a package may require."""
    return {name: sha256_of(text.encode()) for name, text in libraries_of(files).items()}


def _rules(manifest: Manifest) -> dict[str, dict[str, Any]]:
    return {
        name_in(manifest.name, name): {
            "name": name_in(manifest.name, name),
            "definition": canonical(dict(definition)),
            "module": manifest.name,
        }
        for name, definition in manifest.rules.items()
    }


def _scripts(manifest: Manifest, files: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    found, libraries = {}, library_hashes(files)
    for name, shape in manifest.scripts.items():
        asked = manifest.capabilities if shape.capabilities is None else shape.capabilities
        arguments = (msgspec.to_builtins(argument_of(shape, each)) | {"name": each} for each in shape.args)
        settings = {
            "on_change": list(shape.on_change),
            "args": [{member: value for member, value in each.items() if value not in ([], ())} for each in arguments],
            "capabilities": capabilities_of(asked),
            **({LIBRARIES: libraries} if libraries else {}),
        }
        named = name_in(manifest.name, name)
        found[named] = {
            "name": named,
            "title": shape.title,
            "source": files[f"scripts/{name}.lua"],
            "settings": canonical(settings),
            "module": manifest.name,
        }
    return found


def capabilities_of(shape: CapabilitiesShape) -> dict[str, list[str]]:
    """Capabilities as JSON has them."""
    return {member: list(getattr(shape, member)) for member in shape.__struct_fields__}
