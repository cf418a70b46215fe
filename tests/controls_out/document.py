"""`docs/controls.md`, as the tables say it: `python -m tests.controls_out.document > docs/controls.md`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import django

from audit.controls import CONTROLS, Control
from tests.controls_out.table import OUT

_HEAD: Final = """\
# Controls for regulated use

What a regulated user is promised, by number, with the paragraph it comes from: 21 CFR Part 11 (such as 11.10a), EU
Annex 11, ALCOA+. The number is in the name of every test that proves the control.

- `manage.py controls` prints each control with its last result for this build, `--tests` names every test. Run
  `script/test` before, or only these tests: `script/test -k test_c`.
- `script/check --controls` takes out one control after the other, in a test database and a process of their own, and
  sees that the tests below fail without it. A test that passes either way proves nothing.

| | promise | source | taken out | tests that then fail |
|---|---|---|---|---|
"""


# What is proved against whom, and what is not: facts, and the tests of each.
_PROVED: Final = Path(__file__).with_name("proved.md")


def documented_controls() -> list[Control]:
    """All that a user is promised; the stage of the tests promises nothing."""
    return [control for control in CONTROLS.values() if control.stage != "sample_stage"]


def document() -> str:
    """The whole file."""
    rows = []
    for control in documented_controls():
        for out in (out for out in OUT if out.control == control.number):
            tests = "<br>".join(f"`{test}`" for test in out.tests)
            promise, source = ("", "") if out.part else (control.promise, control.source)
            rows.append(f"| {control.number} | {promise} | {source} | {out.how} | {tests} |\n")
    return _HEAD + "".join(rows) + "\n" + _PROVED.read_text(encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "foundry_site.settings")
    django.setup()
    sys.stdout.write(document())
