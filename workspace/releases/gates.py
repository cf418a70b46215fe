"""What the gates of a release say now, before it is submitted and while it is in review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from drafts.models import Draft
from publishing.gates import GateAnswer, GateLink, ask_gates, gate_links, gate_title
from publishing.models import Release
from publishing.policies import Rules


@dataclass(frozen=True, slots=True)
class GateLine:
    """One gate: whether the release passes it now, what people should know, and where they go on."""

    title: str
    passes: bool
    words: str
    links: Sequence[GateLink]


def gate_lines(draft: Draft, rules: Rules, release: Release | None = None) -> list[GateLine]:
    """A line for each gate that is asked."""
    answers = ask_gates(rules.gates, draft=draft, release=release)
    return [_line(name, answer, draft, rules, release) for name, answer in answers.items()]


def _line(name: str, answer: GateAnswer, draft: Draft, rules: Rules, release: Release | None) -> GateLine:
    words = answer.refusal or " ".join(answer.warnings)
    links = gate_links(name, rules.gates.get(name, {}), draft=draft, release=release) if words else ()
    return GateLine(gate_title(name), not answer.refusal, words or _("Passed"), links)
