"""A run that succeeded is chosen at most once, and nothing else of it changes then."""

from __future__ import annotations

from django.db import migrations

CHOOSING = """
CREATE OR REPLACE FUNCTION runs_run_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    choice CONSTANT text[] := ARRAY['chosen_at', 'chosen_by_id', 'proposal_id'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'QUEUED' OR NEW.attempt <> 0 OR NEW.chosen_at IS NOT NULL OR NOT EXISTS (
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
    IF OLD.status = 'SUCCEEDED' AND OLD.chosen_at IS NULL AND NEW.chosen_at IS NOT NULL
        AND to_jsonb(NEW) - choice = to_jsonb(OLD) - choice
    THEN
        RETURN NEW;
    END IF;
    IF OLD.status NOT IN ('QUEUED', 'RUNNING') OR NEW.chosen_at IS NOT NULL
        OR (NEW.id, NEW.project_id, NEW.experiment_id, NEW.message_id, NEW.profile_id, NEW.starter_id, NEW.queued_at)
            IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.experiment_id, OLD.message_id, OLD.profile_id,
            OLD.starter_id, OLD.queued_at)
        OR (OLD.status = 'QUEUED' AND NEW.status = 'SUCCEEDED')
        OR NEW.attempt <> OLD.attempt + (OLD.status = 'QUEUED' AND NEW.status = 'RUNNING')::int
    THEN
        RAISE EXCEPTION 'a run waits, is under way, ends once, and is chosen at most once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0005_changes_and_choices")]

    operations = [migrations.RunSQL(CHOOSING)]
