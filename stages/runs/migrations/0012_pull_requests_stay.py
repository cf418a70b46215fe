"""An experiment's source stays, a repository or a version of its own project; a pull request keeps what it is for."""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE OR REPLACE FUNCTION runs_experiment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.kind, NEW.title, NEW.version, NEW.content_hash, NEW.unsaved, NEW.repository_id,
        NEW.commit, NEW.created_at, NEW.created_by_id)
        IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.kind, OLD.title, OLD.version, OLD.content_hash, OLD.unsaved,
        OLD.repository_id, OLD.commit, OLD.created_at, OLD.created_by_id)
    THEN
        RAISE EXCEPTION 'what an experiment is about never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION runs_experiment_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.repository_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM runs_repository WHERE id = NEW.repository_id AND project_id = NEW.project_id)
    THEN
        RAISE EXCEPTION 'an experiment is about a repository of its own project'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_experiment_of_project BEFORE INSERT ON runs_experiment
    FOR EACH ROW EXECUTE FUNCTION runs_experiment_fits();

CREATE FUNCTION runs_pullrequest_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM runs_run AS run JOIN runs_experiment AS about ON about.id = run.experiment_id
        WHERE run.id = NEW.run_id AND run.project_id = NEW.project_id AND run.patch_id IS NOT NULL
        AND about.repository_id = NEW.repository_id)
    THEN
        RAISE EXCEPTION 'a pull request holds the change of a run of its own repository'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (
        (NEW.id, NEW.project_id, NEW.repository_id, NEW.branch, NEW.created_at)
            IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.repository_id, OLD.branch, OLD.created_at)
        OR (OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number))
    THEN
        RAISE EXCEPTION 'a pull request keeps its branch and number' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_pullrequest_steps BEFORE INSERT OR UPDATE ON runs_pullrequest
    FOR EACH ROW EXECUTE FUNCTION runs_pullrequest_step();
CREATE TRIGGER runs_pullrequest_kept BEFORE DELETE ON runs_pullrequest
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER runs_pullrequest_all_kept BEFORE TRUNCATE ON runs_pullrequest
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("runs", "0011_commits_and_pull_requests"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
