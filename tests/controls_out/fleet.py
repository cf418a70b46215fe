"""How the controls are taken out of the fleet."""

from __future__ import annotations

from typing import Final

from tests.controls_out.out import Out, nothing, within_another

_PROTECTION: Final = "tests/fleet/test_protection.py::"
_MATRIX: Final = "tests/fleet/test_rest.py::test_c10_in_a_team_everybody_may_just_what_their_role_says"
_PROOF: Final = "tests/fleet/test_proof.py::"
_TABLES: Final = ("team", "directive", "edition", "request", "decision", "station", "report")

FLEET: Final = (
    Out(
        "c02",
        "nobody checks the seals of editions",
        (f"{_PROOF}test_c02_an_edition_that_was_changed_is_found",),
        patches=(("stages.fleet.verification._fault_of", lambda *_: None),),
        part="editions",
    ),
    Out(
        "c06",
        "a write to a team is no transaction",
        (f"{_PROOF}test_c06_without_its_event_nothing_is_written",),
        wraps=(("stages.fleet.services.writing.write_transaction", within_another),),
        part="fleet",
    ),
    Out(
        "c08",
        "the database lets teams, directives, editions, decisions and reports be changed and removed",
        (
            f"{_PROTECTION}test_c08_nothing_is_deleted",
            f"{_PROTECTION}test_c08_what_was_sealed_decided_or_reported_never_changes",
            f"{_PROTECTION}test_c08_what_rows_mean_never_changes",
        ),
        sql="".join(f"ALTER TABLE fleet_{table} DISABLE TRIGGER USER;" for table in _TABLES),
        part="fleet",
    ),
    Out(
        "c10",
        "the roles of teams are not asked",
        (f"{_MATRIX}[user-pause]", f"{_MATRIX}[admin-members]"),
        patches=(("stages.fleet.access.FleetAccess.require", nothing),),
        part="fleet",
    ),
    Out(
        "c18",
        "who leaves a team keeps their stations",
        (f"{_PROOF}test_c18_the_stations_of_who_leaves_end_at_once",),
        patches=(("stages.fleet.services.leaving.revoke_locked", nothing),),
        part="fleet",
    ),
)
