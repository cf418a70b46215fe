"""`docs/modules.md` says what the code does."""

from __future__ import annotations

import re

from django.conf import settings

from proposals.services.staging import MAX_CHANGES_OF_PROGRAM
from stages.automation.packages import archive, read_manifest, shapes, toml
from stages.automation.packages.manifest import ARGUMENTS, TYPES
from stages.automation.packages.view_shapes import MEMBERS, NEEDED
from stages.automation.rules.language import OPERATORS
from stages.automation.rules.parsing import _MEMBERS, _RELATION_MEMBERS

MANUAL = (settings.BASE_DIR / "docs" / "modules.md").read_text(encoding="utf-8")
TABLES = {
    "[module]": shapes.ModuleShape,
    "[capabilities]": shapes.CapabilitiesShape,
    "[tables.x]": shapes.TableShape,
    "[tables.x.columns.y]": shapes.ColumnShape,
    "[relations.x]": shapes.RelationShape,
    "[scripts.x]": shapes.ScriptShape,
    "[views.x]": shapes.ViewShape,
}


def test_its_module_is_one():
    text, _rule, views, *_ = re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL)
    manifest = read_manifest({"module.toml": text, "scripts/report.lua": "return 1"})
    assert manifest.name == "studies"
    for part in ("tables", "relations", "rules", "scripts", "views"):
        assert getattr(manifest, part)
    with_views = read_manifest({"module.toml": text + views, "scripts/report.lua": "return 1"})
    assert {each.kind for each in with_views.views.values()} == {"grid", "board", "form", "matrix"}


def test_it_says_what_each_kind_of_view_must_and_may_have():
    rows = re.findall(r"^\| `([a-z]+)` \| ([^|]*) \| ([^|]*) \| [^|]* \|$", MANUAL, re.MULTILINE)
    listed = {kind: (_names(needed), _names(others)) for kind, needed, others in rows if kind in MEMBERS}
    assert listed == {kind: (set(NEEDED[kind]), set(MEMBERS[kind]) - set(NEEDED[kind])) for kind in MEMBERS}


def test_it_lists_every_member_of_every_table():
    rows = dict(re.findall(r"^\| `(\[.*?\])` \| (.*) \|$", MANUAL, re.MULTILINE))
    assert rows.keys() == {*TABLES, "[rules.x]"}
    for name, shape in TABLES.items():
        listed = set(re.findall(r"`([a-z_]+)`", rows[name]))
        assert set(shape.__struct_fields__) - listed == set(), name
    assert set(TYPES) <= set(re.findall(r"`([a-z-]+)`", rows["[tables.x.columns.y]"]))
    assert set(ARGUMENTS) <= set(re.findall(r"`([a-z-]+)`", rows["[scripts.x]"]))


def _names(cell: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", cell))


def test_its_limits_are_those_of_the_code():
    words = "at most 2 MiB and 200 text files, a file 512 KiB, `module.toml` 64 KiB"
    assert words in MANUAL
    limits = (archive.MAX_ARCHIVE, archive.MAX_FILES, archive.MAX_FILE, toml.MAX_BYTES)
    assert limits == (2 * 1024**2, 200, 512 * 1024, 64 * 1024)


def test_it_lists_what_rules_can_say():
    section = MANUAL.split("## Rules of a module")[1].split("## Scripts of a module")[0]
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"^\| `(.*?)` ?\|? ", section, re.MULTILINE))))
    words = set(re.findall(r"`?([a-z_]+)`?", section))
    assert {*_MEMBERS, *_RELATION_MEMBERS, *OPERATORS, "any", "none"} <= words
    assert {"scope", "when", "add_to"} <= named


def test_it_says_how_large_a_proposal_of_a_script_is():
    assert f"at most {MAX_CHANGES_OF_PROGRAM:,} changes" in MANUAL
