"""Requirements and tests with something to look at: links, gaps, suspect ones, conflicts of every kind."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Final

from django.utils import timezone

from stages.registers import verbs
from stages.registers.fold.effects import Field
from stages.registers.models import ActorKey
from stages.registers.services import records
from tests.browser.people import World
from tests.registers.fold.writing import public_key
from tests.registers.reading.stored import Sites

HOUR: Final = 3_600_000
TITLES: Final = (
    "Quote the protocol; decide nothing",
    "Say so when the sources do not answer, and name the section",
    "State the dose level and the section that allows a change of it",
    "Below dose level −2, answer only with the discontinuation rule",
    "After an interruption over 21 days, propose no restart",
    "Never compute a dose from body weight",
    "A grade 4 event ends the answer with the duty to report",
    "A suspected unexpected serious reaction counts as grade 4",
    "Grade every event by CTCAE 5.0: term, grade, source",
    "Never advise to continue after an unresolved grade 3 event",
    "Proteinuria over 3.5 g in 24 h: cite 6.4.3 and ask for the second sample",
    "Report pregnancy exposure on the same day",
)
CASES: Final = (
    "Quotes section 1.2",
    "Names the missing section",
    "Dose level and section",
    "Below level −2",
    "Restart after 22 days",
    "Body weight is no basis",
    "Grade 4 hepatic event ends with the reporting line",
    "Suspected reaction without a grade",
    "Suspected reaction: graded as 4",
    "Term, grade, source",
    "Unresolved grade 3",
)
# Which test verifies which requirement, from 0.
LINKS: Final = (
    (0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (2, 5), (5, 5), (6, 6), (7, 6), (8, 6), (6, 7), (8, 7), (9, 8), (10, 9),
)  # fmt: skip
# The name of each site, and who writes there.
PEOPLE: Final = {"A": ("Mara Lindqvist", "Uppsala"), "B": ("Sofia Brandt", "Basel"), "C": ("Jonas Weber", "Visp plant")}


@dataclass
class Scene:
    """What was made; the records of requirements and tests in their order."""

    world: World
    sites: Sites
    requirements: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    edges: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, world: World) -> Scene:
        scene = cls(world, Sites(world.project))
        scene._name_people()
        scene._write()
        scene._diverge()
        scene.sites.store()
        return scene

    def _name_people(self) -> None:
        for site, (name, place) in PEOPLE.items():
            ActorKey.objects.get_or_create(
                public_key=bytes.fromhex(public_key(f"person {site}")),
                site_key=bytes.fromhex(public_key(site)),
                defaults={
                    "certificate": json.dumps({"display_name": name, "site_name": place}),
                    "seal": secrets.token_bytes(64),
                    "created_at": timezone.now(),
                },
            )

    def _write(self) -> None:
        sites = self.sites
        for title in TITLES:
            self.requirements.append(sites.create(title=title, within=48 * HOUR, status="new"))
        for title in CASES:
            self.cases.append(sites.create("tests", title=title))
        for case, requirement in LINKS:
            self.edges.append(sites.link(self.cases[case], self.requirements[requirement]))
        sites.a.do(verbs.type_text, Field(self.requirements[6], "requirements", "body"), "Section 9.3.2 says why.")
        sites.meet()
        words = "A grade 4 event, or any suspected unexpected serious reaction, ends the answer with the duty to report"
        sites.b.set(self.requirements[6], "title", words)
        sites.meet()
        sites.a.do(verbs.confirm_links, [self.edges[9]])
        sites.meet()

    def _diverge(self) -> None:
        sites, requirements = self.sites, self.requirements
        sites.c.set(requirements[6], "within", 12 * HOUR)
        sites.pass_time(12 * 60_000)
        sites.b.set(requirements[6], "within", 24 * HOUR)
        sites.b.set(requirements[8], "status", "done")
        sites.c.set(requirements[8], "status", "blocked")
        sites.a.set(requirements[8], "status", None)
        sites.c.do(verbs.delete_records, [requirements[10]])
        sites.b.set(requirements[10], "title", "Proteinuria over 3.5 g in 24 h: cite 6.4.3")
        sites.meet()

    def change(self, requirement: int, title: str, by: str = "editor") -> None:
        """Somebody here changes a requirement, while windows are open."""
        cell = records.Cell(self.requirements[requirement], "requirements", "title", title)
        self.world.arrange(
            lambda: records.write_cells(caller=self.world.caller(by), project_id=self.world.project.id, cells=[cell])
        )
