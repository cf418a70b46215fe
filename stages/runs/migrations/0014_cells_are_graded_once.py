"""A suite never changes, and an answer is graded once; one that is reused is the answer to the same request."""

from __future__ import annotations

from django.db import migrations

GRADING = """
CREATE FUNCTION runs_suite_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.suite, NEW.suite_sha256) IS DISTINCT FROM (OLD.suite, OLD.suite_sha256) THEN
        RAISE EXCEPTION 'the suite of an evaluation never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_experiment_suite_stays BEFORE UPDATE ON runs_experiment
    FOR EACH ROW EXECUTE FUNCTION runs_suite_stays();

CREATE FUNCTION runs_evaluation_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.reuses, NEW.retry_of_id) IS DISTINCT FROM (OLD.reuses, OLD.retry_of_id) THEN
            RAISE EXCEPTION 'how a run began never changes' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF NEW.verdict IS NOT NULL OR NOT (NEW.retry_of_id IS NULL OR EXISTS (
        SELECT 1 FROM runs_run AS earlier WHERE earlier.id = NEW.retry_of_id
        AND earlier.experiment_id = NEW.experiment_id AND earlier.profile_id = NEW.profile_id
        AND earlier.status NOT IN ('QUEUED', 'RUNNING')))
    THEN
        RAISE EXCEPTION 'a run begins without a verdict, and tries again one of its own model that has ended'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_run_evaluation_begins BEFORE INSERT OR UPDATE ON runs_run
    FOR EACH ROW EXECUTE FUNCTION runs_evaluation_begins();

CREATE FUNCTION runs_call_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reused_from_id IS NOT NULL THEN
        IF NOT EXISTS (
            SELECT 1 FROM runs_call AS answer
            WHERE answer.id = NEW.reused_from_id AND answer.reused_from_id IS NULL AND answer.error = ''
            AND NEW.response_id IS NOT NULL AND NEW.cost = 0
            AND (answer.profile_id, answer.request_id, answer.response_id, answer.outcome, answer.tool_calls_id)
                IS NOT DISTINCT FROM (NEW.profile_id, NEW.request_id, NEW.response_id, NEW.outcome, NEW.tool_calls_id))
        THEN
            RAISE EXCEPTION 'a reused answer is that to the same request' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF NEW.response_id IS NOT NULL OR NEW.grades IS NOT NULL OR (NEW.outcome <> '' AND NEW.request_id IS NOT NULL)
    THEN
        RAISE EXCEPTION 'a call is on record before it ends' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_call_begins BEFORE INSERT ON runs_call
    FOR EACH ROW EXECUTE FUNCTION runs_call_begins();

CREATE OR REPLACE FUNCTION runs_call_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    grading CONSTANT text[] := ARRAY['grades', 'passed', 'score'];
BEGIN
    IF OLD.outcome <> '' AND OLD.grades IS NULL AND NEW.grades IS NOT NULL
        AND to_jsonb(NEW) - grading = to_jsonb(OLD) - grading
        AND EXISTS (SELECT 1 FROM runs_run WHERE id = NEW.run_id AND status = 'RUNNING')
    THEN
        RETURN NEW;
    END IF;
    IF OLD.outcome <> '' OR NEW.outcome = '' OR NEW.grades IS NOT NULL
        OR (NEW.id, NEW.run_id, NEW.number, NEW.attempt, NEW.purpose, NEW.profile_id, NEW.request_id, NEW.started_at,
            NEW."case", NEW.repeat, NEW.reused_from_id)
            IS DISTINCT FROM (OLD.id, OLD.run_id, OLD.number, OLD.attempt, OLD.purpose, OLD.profile_id,
            OLD.request_id, OLD.started_at, OLD."case", OLD.repeat, OLD.reused_from_id)
    THEN
        RAISE EXCEPTION 'a call ends once, is graded once, and what was asked never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0013_evaluations")]

    operations = [migrations.RunSQL(GRADING)]
