"""`manage.py compare`: two versions side by side in the terminal."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from projects.models import Project
from tests.drafts.exchange.conftest import save
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def compared(project: Project, editor: User, caller_for: Any) -> Project:
    """Two versions that differ in every kind of field."""
    writer = Writer(caller_for(editor), project)
    save(
        writer,
        {
            "prompt_text": "Be kind.\nBe brief.\n",
            "model_configuration": {"temperature": 0.7, "stop": ["a"], "odd name": 1},
            "files/old.md": {"content": "the same long text\n" * 5},
        },
    )
    save(
        writer,
        {
            "prompt_text": "Be kind.\nBe very brief.\x1b[2J\n",
            "model_configuration": {"temperature": 0.2, "stop": ["a", "b"]},
            "files/old.md": None,
            "files/new.md": {"content": "the same long text\n" * 5},
        },
    )
    return project


def told(capsys, *arguments: str, **options: bool) -> str:
    call_command("compare", *arguments, **options)
    out: str = capsys.readouterr().out
    return out


def test_it_prints_what_changed_with_words_marked(compared, capsys):
    lines = told(capsys, str(compared.id), "1", "2").splitlines()

    assert lines[0].startswith("v1 → v2: Prompt +")
    assert "=== prompt_text (changed)" in lines
    assert "@@ -1,2 +1,2 @@" in lines
    assert " Be kind." in lines
    assert any(line.startswith("+Be {+very") for line in lines)
    assert "~ temperature: 0.7 → 0.2" in lines
    assert '+ stop[1]: "b"' in lines
    assert '- "odd name": 1' in lines
    assert "=== files/new.md (renamed from files/old.md)" in lines


def test_it_never_sends_an_escape_of_a_text_to_the_terminal(compared, capsys):
    plain = told(capsys, str(compared.id), "1", "2")

    assert "\x1b" not in plain
    assert "\\u001b[2J" in plain
    assert "\x1b[2J" not in told(capsys, str(compared.id), "1", "2", force_color=True)


def test_it_tells_one_field_or_everything_of_a_version(compared, capsys):
    one = told(capsys, str(compared.id), "1", "2", "--field", "prompt_text")
    everything = told(capsys, str(compared.id), "0", "1")

    assert "===" in one
    assert "temperature:" not in one
    assert everything.count("===") == 3
    assert "No difference" in told(capsys, str(compared.id), "2", "2")


def test_it_finds_a_project_by_its_name_only_where_one_has_it(compared, make_project, capsys):
    name = f"Only one {uuid4()}"
    Project.objects.filter(pk=compared.pk).update(name=name)

    assert told(capsys, name, "1", "2")
    make_project(name)
    with pytest.raises(CommandError, match="more than one"):
        told(capsys, name, "1", "2")


@pytest.mark.parametrize("arguments", ["9 1", "1 9", "1 -1", "1 2 --field files/no", "1 2 --field no"])
def test_what_is_not_there_is_refused(compared, capsys, arguments):
    with pytest.raises(CommandError):
        told(capsys, str(compared.id), *arguments.split())
