"""Requirements as in the design's picture, with tests that verify them."""

from __future__ import annotations

from typing import Any

from stages.registers import verbs
from stages.registers.schema import Column, Relation
from stages.registers.verbs.finding import make_id
from tests.registers.browser.conftest import HOUR, Tables

STATEMENTS = (
    ("Quote the protocol; decide nothing", "safety", "P 1.2", None),
    ("Say so when the sources do not answer, and name the section that does", "safety", "P 2.1", None),
    ("State the dose level and the section that allows a change of it", "dosing", "P 6.4.1", None),
    ("Below dose level −2, answer only with the discontinuation rule", "dosing", "P 6.4.4", None),
    ("After an interruption over 21 days, propose no restart", "dosing", "P 6.5", None),
    ("Never compute a dose from body weight", "dosing", "P 6.1.2", None),
    ("A grade 4 event ends the answer with the duty to report", "safety", "P 9.3.2", 24),
    ("A suspected unexpected serious reaction counts as grade 4", "safety", "P 9.3.2", 24),
    ("Grade every event by CTCAE 5.0", "safety", "P 9.2", None),
    ("Never advise to continue after an unresolved grade 3 event", "safety", "P 9.2.4", None),
    ("Quote both sources where they disagree, and escalate", "safety", "P 2.3", 4),
    ("Name the medical monitor on call in every refusal", "safety", "P 10.2", None),
    ("Refuse a prognosis", "safety", "P 10.4", None),
    ("Hypertension of grade 3: cite the interruption rule first", "dosing", "P 6.4.2", None),
    ("Proteinuria over 3.5 g in 24 h: cite 6.4.3 and ask for the second sample", "dosing", "P 6.4.3", None),
    ("Hepatic enzymes: give the threshold as the protocol writes it", "dosing", "P 6.4.5", None),
    ("Wound dehiscence: no statement on resuming treatment", "safety", "IB 5.2", None),
    ("Every statement of fact carries its source", "safety", "P 2.2", None),
    ("Report pregnancy exposure on the same day", "safety", "P 9.5", 8),
)


def fill(tables: Tables) -> list[str]:
    """Requirements as in the design's picture, with tests that verify them."""
    tables.make()
    records = tables.add(
        [
            {
                "statement": statement,
                "area": area,
                "priority": "must",
                "source": source,
                "within": within and within * HOUR,
                "due": f"2026-12-{11 + at % 9}",
                "agreed": at % 3 == 0,
            }
            for at, (statement, area, source, within) in enumerate(STATEMENTS * 3)
        ]
    )
    tables.make("tests", title="Test cases", key_prefix="TST", columns=(Column("title", title="Title"),))
    cases = tables.add([{"title": f"Case {at}"} for at in range(40)], "tests")
    tables.make("risks", title="Risks", columns=(Column("title", title="Title"),))
    tables.relate(Relation("verifies", "verifies", "verified by", source="tests", target="requirements"))

    def links(acts: Any, schema: Any) -> list[Any]:
        found: list[Any] = []
        for at, record in enumerate(records[:36]):
            for case in cases[at : at + 1 + at % 3]:
                found += verbs.link(acts, schema, make_id(), source=case, target=record, type_="verifies")
        return found

    tables.write(links)
    return records
