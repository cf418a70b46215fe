"""Count as owners only people who can act: a project that only a service or a closed account owns is in nobody's hands.

A project from before that has no such owner stays as it is until its members change, and then needs one: see
`manage.py appoint_owner`.
"""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION projects_is_in_somebodys_hands(checked uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM projects_member AS member JOIN accounts_user AS person ON person.id = member.user_id
        WHERE member.project_id = checked AND member.role = 'owner' AND person.is_active AND person.kind = 'human'
    )
$$;
CREATE OR REPLACE FUNCTION projects_check_owner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked uuid := CASE TG_TABLE_NAME
        WHEN 'projects_project' THEN (to_jsonb(NEW) ->> 'id')::uuid
        ELSE (to_jsonb(OLD) ->> 'project_id')::uuid
    END;
BEGIN
    IF NOT projects_is_in_somebodys_hands(checked) THEN
        RAISE EXCEPTION 'a project always has an owner who can act' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION projects_check_owned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM projects_member AS member WHERE member.user_id = NEW.id AND member.role = 'owner'
            AND NOT projects_is_in_somebodys_hands(member.project_id)
    ) THEN
        RAISE EXCEPTION 'a project always has an owner who can act' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
-- Deferred: the account is closed, and its successor takes the projects on, in one transaction.
CREATE CONSTRAINT TRIGGER projects_owner_closed AFTER UPDATE OF is_active ON accounts_user
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active)
    EXECUTE FUNCTION projects_check_owned();

CREATE FUNCTION projects_check_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text := (SELECT person.kind FROM accounts_user AS person WHERE person.id = NEW.user_id);
BEGIN
    IF kind = 'service' OR (NEW.role = 'owner' AND kind <> 'human') THEN
        RAISE EXCEPTION 'an account of kind % cannot be % of a project', kind, NEW.role
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER projects_member_fit BEFORE INSERT OR UPDATE OF user_id, role ON projects_member
    FOR EACH ROW EXECUTE FUNCTION projects_check_member();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_names_are_never_reused"),
        ("projects", "0002_always_an_owner"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
