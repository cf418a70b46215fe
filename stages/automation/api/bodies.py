"""Modules and suggestions as REST shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stages.automation.reading.modules import AdoptedModule
from stages.automation.reading.packages import Module
from stages.automation.reading.suggestions import Suggestion, Suggestions
from stages.automation.services.module_records import capabilities_of


def module_body(module: Module, installed: Mapping[str, str]) -> dict[str, Any]:
    manifest = module.manifest
    return {
        "name": manifest.name,
        "version": manifest.version,
        "title": manifest.label,
        "description": manifest.description,
        "sha256": module.sha256,
        "shipped": module.is_shipped,
        "installed": installed.get(manifest.name),
        **{part: list(getattr(manifest, part)) for part in ("tables", "relations", "rules", "scripts", "views")},
        "capabilities": capabilities_of(manifest.capabilities),
    }


def adopted_body(adopted: AdoptedModule) -> dict[str, Any]:
    return {
        "name": adopted.name,
        "version": adopted.version,
        "sha256": adopted.sha256,
        "here": adopted.module is not None,
        "conflicted": adopted.is_conflicted,
        "newest": adopted.newest.version if adopted.newest else None,
    }


def suggestions_body(found: Suggestions) -> list[dict[str, Any]]:
    return [
        *(_suggestion(each, "suggested") for each in found.possible),
        *(_suggestion(each, "types_differ") for each in found.unlike),
    ]


def _suggestion(each: Suggestion, state: str) -> dict[str, Any]:
    (facet_a, field_a), (facet_b, field_b) = each.one.named, each.other.named
    return {
        "shared_key": each.key,
        "facet_a": facet_a,
        "field_a": field_a,
        "facet_b": facet_b,
        "field_b": field_b,
        "type_a": each.one.column.type,
        "type_b": each.other.column.type,
        "state": state,
        "records": each.records,
        "differ": each.differ,
        "fill": each.fill,
    }
