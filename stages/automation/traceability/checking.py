"""Whether a version passes the gate, and what its release says of traceability."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.gates import GateAnswer, GateLink, GateQuestion
from stages.automation.traceability.report import REQUIREMENTS, Report, State, report_of
from stages.automation.traceability.sources import Present

# The parameter of the gate that asks for links of a relation of the report.
ASKED: Final = {"tests": "verified by", "passages": "implemented by", "risks": "mitigated by"}


def check(question: GateQuestion) -> GateAnswer:
    """Refuse gaps that the policy asks about, suspect links, and a project without requirements."""
    source = Present(question.project_id)
    if REQUIREMENTS not in source.schema.tables:
        words = _("This project has no table of requirements. Adopt the module “traceability”, or take out the gate.")
        return GateAnswer(refusal=words)
    report = report_of(source, question.draft)
    content = report.as_csv()
    facts = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "links": report.count(State.CONFIRMED) + report.count(State.SUSPECT),
        "suspect": report.count(State.SUSPECT),
        "gaps": report.count(State.GAP),
    }
    problems = list(_problems(report, question))
    return GateAnswer(facts, " ".join(problems))


def _problems(report: Report, question: GateQuestion) -> Iterator[str]:
    """What stops the release, in sentences, each with the first record that it is about."""
    if count := report.count(State.SUSPECT):
        first = report.first(State.SUSPECT)
        assert first is not None
        yield ngettext(
            "%(count)s link is suspect: %(key)s, %(linked)s.",
            "%(count)s links are suspect, the first one: %(key)s, %(linked)s.",
            count,
        ) % {"count": count, "key": first.item.key or first.item.text, "linked": first.linked}
    for parameter, relation in ASKED.items():
        gaps = [each for each in report.lines if each.state == State.GAP and each.relation == relation]
        if gaps and question.parameters.get(parameter, True):
            yield _gap_words(parameter, len(gaps)) % {"count": len(gaps), "key": gaps[0].item.key or gaps[0].item.text}


def _gap_words(parameter: str, count: int) -> str:
    if parameter == "tests":
        return ngettext(
            "%(count)s requirement has no test case: %(key)s.",
            "%(count)s requirements have no test case, the first one: %(key)s.",
            count,
        )
    if parameter == "passages":
        return ngettext(
            "%(count)s requirement is linked to no passage: %(key)s.",
            "%(count)s requirements are linked to no passage, the first one: %(key)s.",
            count,
        )
    return ngettext(
        "%(count)s risk is mitigated by no requirement: %(key)s.",
        "%(count)s risks are mitigated by no requirement, the first one: %(key)s.",
        count,
    )


def links(question: GateQuestion) -> Sequence[GateLink]:
    """Where gaps are closed and links confirmed."""
    matrix = reverse("registers:matrix", args=[question.project_id])
    workspace = reverse("workspace:workspace", args=[question.project_id])
    return (
        GateLink(_("Open the matrix"), matrix),
        GateLink(_("Open the linked passages"), f"{workspace}?panel=passages"),
    )
