"""How an experiment refines never changes, nor which text a call measured or proposed."""

from __future__ import annotations

from django.db import migrations

REFINING = """
CREATE OR REPLACE FUNCTION runs_suite_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.suite, NEW.suite_sha256, NEW.refinement) IS DISTINCT FROM (OLD.suite, OLD.suite_sha256, OLD.refinement) THEN
        RAISE EXCEPTION 'what an experiment measures never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION runs_candidate_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.candidate IS DISTINCT FROM OLD.candidate THEN
        RAISE EXCEPTION 'a call ends once, is graded once, and what was asked never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_call_candidate_stays BEFORE UPDATE ON runs_call
    FOR EACH ROW EXECUTE FUNCTION runs_candidate_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0015_refinements")]

    operations = [migrations.RunSQL(REFINING)]
