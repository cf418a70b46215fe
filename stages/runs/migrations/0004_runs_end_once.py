"""What was asked and answered never changes: legal steps of runs only, calls that end once, append-only messages."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION runs_experiment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.kind, NEW.title, NEW.version, NEW.content_hash, NEW.unsaved, NEW.created_at,
        NEW.created_by_id)
        IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.kind, OLD.title, OLD.version, OLD.content_hash, OLD.unsaved,
        OLD.created_at, OLD.created_by_id)
    THEN
        RAISE EXCEPTION 'what an experiment is about never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_experiment_changes BEFORE UPDATE ON runs_experiment
    FOR EACH ROW EXECUTE FUNCTION runs_experiment_stays();
CREATE TRIGGER runs_experiment_kept BEFORE DELETE ON runs_experiment
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER runs_experiment_all_kept BEFORE TRUNCATE ON runs_experiment
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION runs_message_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM runs_experiment WHERE id = NEW.experiment_id AND project_id = NEW.project_id AND state = 'open'
    ) OR NEW.number <> 1 + (SELECT count(*) FROM runs_message WHERE experiment_id = NEW.experiment_id)
        OR NOT (NEW.base_run_id IS NULL OR EXISTS (
            SELECT 1 FROM runs_run WHERE id = NEW.base_run_id AND experiment_id = NEW.experiment_id
            AND status = 'SUCCEEDED'))
    THEN
        RAISE EXCEPTION 'a message is the next one of an open experiment of its own project'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_message_next BEFORE INSERT ON runs_message
    FOR EACH ROW EXECUTE FUNCTION runs_message_fits();
CREATE TRIGGER runs_message_frozen BEFORE UPDATE OR DELETE ON runs_message
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER runs_message_kept BEFORE TRUNCATE ON runs_message
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION runs_run_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'QUEUED' OR NEW.attempt <> 0 OR NOT EXISTS (
            SELECT 1 FROM runs_message AS asked
            JOIN runs_modelprofile AS profile ON profile.id = NEW.profile_id
            WHERE asked.id = NEW.message_id AND asked.experiment_id = NEW.experiment_id
            AND asked.project_id = NEW.project_id
            AND (profile.project_id IS NULL OR profile.project_id = NEW.project_id))
        THEN
            RAISE EXCEPTION 'a run begins as one that waits, with a message and a model of its own project'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status NOT IN ('QUEUED', 'RUNNING')
        OR (NEW.id, NEW.project_id, NEW.experiment_id, NEW.message_id, NEW.profile_id, NEW.starter_id, NEW.queued_at)
            IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.experiment_id, OLD.message_id, OLD.profile_id,
            OLD.starter_id, OLD.queued_at)
        OR (OLD.status = 'QUEUED' AND NEW.status = 'SUCCEEDED')
        OR NEW.attempt <> OLD.attempt + (OLD.status = 'QUEUED' AND NEW.status = 'RUNNING')::int
    THEN
        RAISE EXCEPTION 'a run waits, is under way, and ends once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_run_steps BEFORE INSERT OR UPDATE ON runs_run
    FOR EACH ROW EXECUTE FUNCTION runs_run_step();
CREATE TRIGGER runs_run_kept BEFORE DELETE ON runs_run
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER runs_run_all_kept BEFORE TRUNCATE ON runs_run
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION runs_of_running() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM runs_run WHERE id = NEW.run_id AND status = 'RUNNING') THEN
        RAISE EXCEPTION 'only a run that is under way calls a model or writes to its console'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_runlog_of_running BEFORE INSERT ON runs_runlog
    FOR EACH ROW EXECUTE FUNCTION runs_of_running();
CREATE TRIGGER runs_runlog_frozen BEFORE UPDATE OR DELETE ON runs_runlog
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER runs_runlog_kept BEFORE TRUNCATE ON runs_runlog
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER runs_call_of_running BEFORE INSERT ON runs_call
    FOR EACH ROW EXECUTE FUNCTION runs_of_running();

CREATE FUNCTION runs_call_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome <> '' OR NEW.outcome = ''
        OR (NEW.id, NEW.run_id, NEW.number, NEW.attempt, NEW.purpose, NEW.profile_id, NEW.request_id, NEW.started_at)
            IS DISTINCT FROM (OLD.id, OLD.run_id, OLD.number, OLD.attempt, OLD.purpose, OLD.profile_id,
            OLD.request_id, OLD.started_at)
    THEN
        RAISE EXCEPTION 'a call ends once, and what was asked never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_call_once BEFORE UPDATE ON runs_call
    FOR EACH ROW EXECUTE FUNCTION runs_call_ends();
CREATE TRIGGER runs_call_kept BEFORE DELETE ON runs_call
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER runs_call_all_kept BEFORE TRUNCATE ON runs_call
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("runs", "0003_experiments_and_runs"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
