"""Who is named beside what came in: a person here, or the person and the site of what came from another one."""

from __future__ import annotations

from stages.registers.pages.texts import grid_texts
from tests.registers.grid.node import in_node

PRELUDE = """
globalThis.document = { documentElement: { lang: "en" } };
const person = (id, display_name) => ({ id, display_name, kind: "human" });
const here = (actor) => ({ actor, data: { tables: [], records: [] } });
const from = (...people) => ({
  actor: person("foundry", "Foundry"), data: { site: "ab", site_name: "Basel", people, tables: [], records: [] },
});
const first = (name) => name.split(" ")[0];
"""


def test_who_changed_records_is_named() -> None:
    found = in_node(
        ["authors", "../texts"],
        PRELUDE
        + """
        useTexts(given);
        return [
          authorOf(here(person("me", "Priya Iyer")), "me"),
          authorOf(here(person("other", "Ann Berg")), "me", first),
          authorOf(from("Cleo Meier"), "me", first),
          authorOf(from("Cleo Meier"), "me"),
          authorOf(from("Cleo Meier", "Jan Moser"), "me"),
          authorOf(from("Cleo Meier", "Jan Moser", "Bo Lind"), "me", first),
          authorOf(from("Cleo Meier", "Jan Moser", "Bo Lind", "Ann Berg", "Eva Wirz"), "me", first),
          authorOf(from(), "me"),
        ];
    """,
        grid_texts(),
    )
    assert found[:4] == ["", "Ann", "Cleo · Basel", "Cleo Meier · Basel"]
    several = ["Cleo Meier and Jan Moser at Basel", "Cleo, Jan and 1 other at Basel", "Cleo, Jan and 3 others at Basel"]
    assert found[4:] == [*several, "Basel"]
