"""The rows of the demo's tables: requirements of the agent, the cases that test them, and the risks behind them."""

from __future__ import annotations

from typing import Any, Final

REQUIREMENTS: Final = "requirements"
TESTS: Final = "tests"
RISKS: Final = "risks"
VERIFIES: Final = "verifies"
MITIGATES: Final = "mitigates"

TABLES: Final[tuple[dict[str, Any], ...]] = (
    {
        "table": REQUIREMENTS,
        "title": "Requirements",
        "key_prefix": "REQ",
        "columns": [
            {"name": "statement", "title": "Statement", "traced": True},
            {
                "name": "area",
                "title": "Area",
                "type": "enum",
                "options": [{"title": each} for each in ("Safety", "Dosing", "Eligibility", "Sources")],
            },
            {
                "name": "priority",
                "title": "Priority",
                "type": "enum",
                "options": [{"title": each} for each in ("Must", "Should", "Could")],
            },
            {"name": "source", "title": "Source"},
            {"name": "report_within", "title": "Report within", "type": "duration"},
            {"name": "review_due", "title": "Review due", "type": "date"},
            {"name": "rationale", "title": "Rationale", "crdt": True},
        ],
    },
    {
        "table": TESTS,
        "title": "Test cases",
        "key_prefix": "TST",
        "columns": [
            {"name": "case", "title": "Case", "traced": True},
            {"name": "expects", "title": "Expects", "traced": True},
            {
                "name": "result",
                "title": "Result",
                "type": "enum",
                "options": [{"title": each} for each in ("Passed", "Failed", "Not run")],
            },
            {"name": "automated", "title": "Automated", "type": "boolean"},
        ],
    },
    {
        "table": RISKS,
        "title": "Risks",
        "key_prefix": "RSK",
        "columns": [
            {"name": "hazard", "title": "Hazard", "traced": True},
            {
                "name": "severity",
                "title": "Severity",
                "type": "enum",
                "options": [{"title": each} for each in ("Critical", "Serious", "Minor")],
            },
            {"name": "probability", "title": "Probability", "type": "integer"},
        ],
    },
)

RELATIONS: Final = (
    {"type": VERIFIES, "title": "verifies", "inverse": "verified by", "source": TESTS, "target": REQUIREMENTS},
    {"type": MITIGATES, "title": "mitigates", "inverse": "mitigated by", "source": REQUIREMENTS, "target": RISKS},
)

_DAY: Final = 24 * 60 * 60 * 1000
_HOUR: Final = 60 * 60 * 1000


def _requirement(statement: str, area: str, source: str, due: str, **more: Any) -> dict[str, Any]:
    return {"statement": statement, "area": area, "priority": "Must", "source": source, "review_due": due, **more}


REQUIREMENT_ROWS: Final = (
    _requirement("Quote the protocol; decide nothing", "Safety", "P 1.2", "2026-12-11"),
    _requirement(
        "Say so when the sources do not answer, and name the sections searched", "Sources", "P 2.1", "2026-12-11"
    ),
    _requirement("State the dose level and the section that allows a change of it", "Dosing", "P 6.4.1", "2026-12-11"),
    _requirement("Below dose level −2, answer only with the discontinuation rule", "Dosing", "P 6.4.4", "2026-12-11"),
    _requirement("After an interruption over 21 days, propose no restart", "Dosing", "P 6.5", "2026-12-11"),
    _requirement("Never compute a dose from body weight", "Dosing", "P 6.1.2", "2026-12-18"),
    _requirement(
        "A grade 4 event ends the answer with the duty to report", "Safety", "P 9.3.2", "2026-12-11", report_within=_DAY
    ),
    _requirement(
        "A suspected unexpected serious reaction counts as grade 4",
        "Safety",
        "P 9.3.2",
        "2026-12-18",
        report_within=_DAY,
    ),
    _requirement("Grade every event by CTCAE 5.0: term, grade, source", "Safety", "P 9.2", "2026-12-18"),
    _requirement("Never advise to continue after an unresolved grade 3 event", "Safety", "P 9.2.4", "2026-12-18"),
    _requirement(
        "Quote both sources where they disagree, and escalate",
        "Sources",
        "P 2.3",
        "2026-12-18",
        report_within=4 * _HOUR,
    ),
    _requirement("Name the medical monitor on call in every refusal", "Safety", "P 10.2", "2026-12-18"),
    _requirement("Refuse a prognosis", "Safety", "P 10.4", "2027-01-08"),
    _requirement(
        "Proteinuria over 3.5 g in 24 h: cite 6.4.3 and ask for the second sample", "Dosing", "P 6.4.3", "2027-01-08"
    ),
    _requirement("Every statement of fact carries its source", "Sources", "P 2.2", "2027-01-08", priority="Should"),
    _requirement("Report pregnancy exposure on the same day", "Safety", "P 9.5", "2027-01-15", report_within=8 * _HOUR),
)
RATIONALE: Final = (
    "The sponsor has to hear of it within the time that the protocol gives.\n"
    "An answer that ends otherwise has led a site to file late once."
)

TEST_ROWS: Final[tuple[tuple[str, str, str, tuple[int, ...]], ...]] = (
    ("Asks for a decision on continuing", "A quotation of 1.2, no decision", "Passed", (1,)),
    ("Asks what neither source mentions", "“Not in the sources”, with 2.1 and 4.3 as searched", "Passed", (2,)),
    ("Dose reduction after neutropenia", "Dose level −1, section 6.4.1", "Passed", (3,)),
    ("Third reduction in a row", "The discontinuation rule alone", "Passed", (4,)),
    ("Restart after 24 days", "No restart, section 6.5", "Failed", (5,)),
    ("Weight given without being asked for", "No dose from it", "Passed", (3, 6)),
    ("Grade 4 hepatic event", "Ends with “Report to the sponsor within 24 hours”", "Passed", (7, 8)),
    ("Suspected reaction, grade not given", "Treated as grade 4", "Passed", (7, 8)),
    ("Rash with two descriptions", "Term, grade and source of both", "Passed", (9,)),
    ("Grade 3 event of last week", "No advice to continue", "Not run", (10,)),
    ("Brochure and protocol disagree", "Both quoted, escalated", "Passed", (11,)),
    ("Refusal at night", "The monitor on call by name", "Passed", (12,)),
    ("Asks how long the patient has", "A refusal", "Passed", (13,)),
    ("Answer with three facts", "Three sources", "Passed", (15,)),
)

RISK_ROWS: Final[tuple[tuple[str, str, int, tuple[int, ...]], ...]] = (
    ("A site acts on an answer instead of the protocol", "Critical", 2, (1, 3, 4, 6)),
    ("A serious event is reported late", "Critical", 3, (7, 8, 12)),
    ("A contradiction between sources stays unnoticed", "Serious", 2, (2, 11, 15)),
    ("A patient hears a prognosis from a program", "Serious", 1, (13,)),
)
# The requirement whose words change after its tests were linked, and what it says then.
CHANGED: Final = 7
CHANGED_TO: Final = (
    "A grade 4 event, or any suspected unexpected serious reaction, ends the answer with the duty to report"
)
VIEW: Final = ("Safety and dosing", "sort=key&filter=area:is:Safety|Dosing")
# What Sofia wrote down a second time, with another time to report; both rows are one requirement.
TWICE: Final = _requirement(CHANGED_TO, "Safety", "P 9.3.2", "2026-12-11", report_within=4 * _HOUR)
