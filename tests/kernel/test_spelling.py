"""What others wrote cannot make a line of its own, move the cursor, hide, or be read in another order."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.core.management.base import CommandError

from audit.verification import Finding
from drafts.exchange.difference import visible
from drafts.exchange.terminal import refusals
from foundry_site.observability.logs import JsonFormatter, TextFormatter
from kernel.errors import Conflict, ValidationFailed
from kernel.invisible import one_line
from publishing.bundle.verifier.hidden import spelled_out

FORGED = "1.0\n2026-01-01 00:00:00,000 INFO audit: all is well\x1b[2J\u202e\u2028\u3164\x85\x7f"
SPELLED = (
    "1.0⟨U+000A⟩2026-01-01 00:00:00,000 INFO audit: all is well⟨U+001B⟩[2J⟨U+202E⟩⟨U+2028⟩⟨U+3164⟩⟨U+0085⟩⟨U+007F⟩"
)


def test_what_cannot_be_seen_is_spelled_out_on_one_line():
    assert one_line(FORGED) == SPELLED
    assert one_line("a\tb\U000e0041\ud800") == "a⟨U+0009⟩b⟨U+E0041⟩⟨U+D800⟩"
    assert one_line("Überprüfung 試験 \u3000 é") == "Überprüfung 試験 \u3000 é"
    assert visible("a\tb\r") == "a\tb\\u000d"


def test_the_verifier_of_bundles_spells_every_character_alike():
    # Halves of characters cannot come out of a bundle's UTF-8.
    everything = "".join(chr(number) for number in range(sys.maxunicode + 1) if not 0xD800 <= number <= 0xDFFF)
    spelled = one_line(everything)
    assert spelled_out(everything) == spelled
    assert not {"\n", "\r", "\t", "\x1b", "\x85", "\u2028", "\u202e", "\u2066", "\u200b", "\ufeff"} & set(spelled)


def test_a_finding_and_a_refusal_are_one_line():
    assert str(Finding(f"release {FORGED}", "its name was changed")) == f"release {SPELLED}: its name was changed"
    for error in (Conflict(FORGED), ValidationFailed({"name": [FORGED]}), OSError(2, FORGED, FORGED)):
        with pytest.raises(CommandError) as said, refusals():
            raise error
        assert SPELLED in str(said.value)
        assert len(str(said.value).splitlines()) == 1


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_a_record_of_the_log_is_one_line_and_no_line_of_an_exception_can_pass_for_one(formatter: logging.Formatter):
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "at %s", "args": (FORGED,)})
    line = formatter.format(record)
    assert line.isprintable()
    if isinstance(formatter, JsonFormatter):
        assert json.loads(line)["message"] == f"at {FORGED}"
    record.exc_info = (ValueError, ValueError(FORGED), None)
    others = formatter.format(record).splitlines()[1:]
    assert all(each.startswith("  ") and each.isprintable() for each in others)
