"""`pack_module` and `add_module`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from stages.automation.models import Package
from stages.automation.packages import read_archive
from tests.automation.packages.making import CONTACTS

VIEW = '\n[views.own]\nkind = "foreign"\n'


def _folder(at: Path, **files: str) -> Path:
    for name, text in {"module.toml": CONTACTS, ".git/config": "x", **files}.items():
        path = at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return at


@pytest.mark.django_db
def test_a_folder_is_packed_and_added(tmp_path: Path):
    folder, archive = _folder(tmp_path / "contacts"), tmp_path / "contacts.zip"
    call_command("pack_module", folder, to=archive, stdout=StringIO())
    first = archive.read_bytes()
    call_command("pack_module", folder, to=archive, stdout=StringIO())
    assert archive.read_bytes() == first
    words = StringIO()
    call_command("add_module", archive, stdout=words)
    call_command("add_module", archive, stdout=words)
    package = Package.objects.get()
    assert list(package.files) == ["module.toml"]
    assert words.getvalue().count(package.sha256) == 2
    other = _folder(tmp_path / "contacts", **{"README.md": "More"})
    call_command("pack_module", other, to=archive, stdout=StringIO())
    with pytest.raises(CommandError, match="other content"):
        call_command("add_module", archive, stdout=StringIO())


@pytest.mark.skipif(not (settings.BASE_DIR / "node_modules" / ".bin" / "esbuild").exists(), reason="no esbuild here")
def test_a_view_in_typescript_becomes_one_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    files = {
        "module.toml": CONTACTS + VIEW,
        "views/own.ts": 'import { words } from "./lib/words";\nconst said: string = words;\nconsole.log(said);\n',
        "views/lib/words.ts": 'export const words = "Hello";\n',
    }
    archive = tmp_path / "own.zip"
    call_command("pack_module", _folder(tmp_path / "own", **files), to=archive, stdout=StringIO())
    packed = read_archive(archive.read_bytes())
    assert '"Hello"' in packed["views/own.js"]
    assert "import" not in packed["views/own.js"]
    # A folder is named from where one is, too, and makes the same bytes.
    monkeypatch.chdir(tmp_path)
    call_command("pack_module", Path("own"), to=Path("again.zip"), stdout=StringIO())
    assert Path("again.zip").read_bytes() == archive.read_bytes()
    files["views/own.ts"] = 'import { words } from "./nothing";\nimport { other } from "./neither";\nwords(other);\n'
    with pytest.raises(CommandError) as refused:
        call_command("pack_module", _folder(tmp_path / "own", **files), to=archive, stdout=StringIO())
    missing = 'views/own.ts, line 1: Could not resolve "./nothing"'
    unknown = 'views/own.ts, line 2: Could not resolve "./neither"'
    assert str(refused.value) == f"views/own.ts: It cannot be bundled: {missing}; {unknown}"


def test_what_is_wrong_is_said_by_its_path(tmp_path: Path):
    folder = _folder(tmp_path / "a", **{"module.toml": CONTACTS.replace("shared_key", "shard_key")})
    with pytest.raises(CommandError, match=r"tables\.contacts\.columns\.name\.shard_key: "):
        call_command("pack_module", folder, to=tmp_path / "a.zip", stdout=StringIO())
    with pytest.raises(CommandError, match="no such folder"):
        call_command("pack_module", tmp_path / "nothing", stdout=StringIO())
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("add_module", tmp_path / "nothing.zip", stdout=StringIO())
