"""Who is named beside what came in: a person here, or the person and the site of what came from another one."""

from __future__ import annotations

from tests.registers.grid.node import in_node

PRELUDE = """
const person = (id, display_name) => ({ id, display_name, kind: "human" });
const here = (actor) => ({ actor, data: { tables: [], records: [] } });
const from = (...people) => ({
  actor: person("foundry", "Foundry"), data: { site: "ab", site_name: "Basel", people, tables: [], records: [] },
});
const first = (name) => name.split(" ")[0];
"""


def test_who_changed_records_is_named() -> None:
    found = in_node(
        ["authors"],
        PRELUDE
        + """
        return [
          authorOf(here(person("me", "Priya Iyer")), "me"),
          authorOf(here(person("other", "Ann Berg")), "me", first),
          authorOf(from("Cleo Meier"), "me", first),
          authorOf(from("Cleo Meier"), "me"),
          authorOf(from("Cleo Meier", "Jan Moser"), "me"),
          authorOf(from(), "me"),
        ];
    """,
    )
    assert found == ["", "Ann", "Cleo · Basel", "Cleo Meier · Basel", "Basel", "Basel"]
