"""One tree of teams, what was sealed or decided stays, requests end once, reports are a chain; the root team."""

from __future__ import annotations

from django.db import migrations

TEAMS = """
CREATE UNIQUE INDEX fleet_team_one_root ON fleet_team ((parent_id IS NULL)) WHERE parent_id IS NULL;

CREATE FUNCTION fleet_team_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above int;
    below int;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.created_at) OR NEW.number < OLD.number
            OR (NEW.parent_id IS NULL) <> (OLD.parent_id IS NULL)
        THEN
            RAISE EXCEPTION 'a team stays the same, and the numbers of its editions rise'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id THEN
            RETURN NEW;
        END IF;
    END IF;
    -- One change of the tree at a time: two moves that are each allowed could make a cycle together.
    PERFORM pg_advisory_xact_lock(hashtextextended('fleet:teams', 0));
    WITH RECURSIVE up AS (
        SELECT NEW.parent_id AS id, 1 AS level WHERE NEW.parent_id IS NOT NULL
        UNION ALL
        SELECT team.parent_id, up.level + 1 FROM fleet_team AS team JOIN up ON team.id = up.id
        WHERE team.parent_id IS NOT NULL AND up.id <> NEW.id AND up.level < 10
    )
    SELECT coalesce(max(level), 0) + coalesce(max(CASE WHEN id = NEW.id THEN 100 END), 0) INTO above FROM up;
    IF above >= 100 THEN
        RAISE EXCEPTION 'teams are a tree: none is above itself' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    WITH RECURSIVE down AS (
        SELECT NEW.id AS id, 1 AS level
        UNION ALL
        SELECT team.id, down.level + 1 FROM fleet_team AS team JOIN down ON team.parent_id = down.id
        WHERE down.level < 10
    )
    SELECT max(level) INTO below FROM down;
    IF above + below > 8 THEN
        RAISE EXCEPTION 'the tree of teams has at most 8 levels' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fleet_team_tree BEFORE INSERT OR UPDATE ON fleet_team
    FOR EACH ROW EXECUTE FUNCTION fleet_team_fits();
CREATE TRIGGER fleet_team_kept BEFORE DELETE ON fleet_team
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER fleet_team_all_kept BEFORE TRUNCATE ON fleet_team
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

INSERT INTO fleet_team (id, name, quorum, timeout_hours, stale_minutes, categories, number, created_at)
    SELECT id, 'Organisation', 2, 24, 60, '{}', 0, created_at FROM audit_site;
"""

DIRECTIVES = """
CREATE FUNCTION fleet_directive_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.team_id, NEW.project_id, NEW.issued_by_id, NEW.issued_at)
        IS DISTINCT FROM (OLD.id, OLD.team_id, OLD.project_id, OLD.issued_by_id, OLD.issued_at)
        OR NEW.carried[1:cardinality(OLD.carried)] IS DISTINCT FROM OLD.carried OR OLD.status = 'withdrawn'
    THEN
        RAISE EXCEPTION 'where a directive comes from never changes, and it is withdrawn once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fleet_directive_changes BEFORE UPDATE ON fleet_directive
    FOR EACH ROW EXECUTE FUNCTION fleet_directive_stays();

CREATE FUNCTION fleet_directive_of_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT NEW.release_id = ANY (NEW.carried) OR NOT EXISTS (
        SELECT 1 FROM publishing_release
        WHERE id = NEW.release_id AND project_id = NEW.project_id AND state = 'released')
    THEN
        RAISE EXCEPTION 'a directive carries a release of its project that is released'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fleet_directive_released BEFORE INSERT OR UPDATE ON fleet_directive
    FOR EACH ROW EXECUTE FUNCTION fleet_directive_of_release();
CREATE TRIGGER fleet_directive_kept BEFORE DELETE ON fleet_directive
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER fleet_directive_all_kept BEFORE TRUNCATE ON fleet_directive
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION fleet_edition_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM fleet_team WHERE id = NEW.team_id AND number = NEW.number - 1) THEN
        RAISE EXCEPTION 'an edition is the next one of its team' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fleet_edition_next BEFORE INSERT ON fleet_edition
    FOR EACH ROW EXECUTE FUNCTION fleet_edition_fits();
CREATE TRIGGER fleet_edition_frozen BEFORE UPDATE OR DELETE ON fleet_edition
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER fleet_edition_kept BEFORE TRUNCATE ON fleet_edition
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""

REQUESTS = """
CREATE FUNCTION fleet_request_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION 'a request begins open' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.kind, NEW.team_id, NEW.project_id, NEW.payload, NEW.reason, NEW.quorum, NEW.author_id,
        NEW.asked_at, NEW.expires_at)
        IS DISTINCT FROM (OLD.id, OLD.kind, OLD.team_id, OLD.project_id, OLD.payload, OLD.reason, OLD.quorum,
        OLD.author_id, OLD.asked_at, OLD.expires_at)
        OR NEW.station_id IS DISTINCT FROM OLD.station_id OR NEW.until IS DISTINCT FROM OLD.until
        OR (OLD.directive_id IS NOT NULL AND NEW.directive_id IS DISTINCT FROM OLD.directive_id)
    THEN
        RAISE EXCEPTION 'what was asked never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'open' AND (
        (NEW.state, NEW.ended_at) IS DISTINCT FROM (OLD.state, OLD.ended_at) OR OLD.revoked_at IS NOT NULL
        OR NEW.directive_id IS DISTINCT FROM OLD.directive_id)
    THEN
        RAISE EXCEPTION 'a request ends once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fleet_request_steps BEFORE INSERT OR UPDATE ON fleet_request
    FOR EACH ROW EXECUTE FUNCTION fleet_request_step();
CREATE TRIGGER fleet_request_kept BEFORE DELETE ON fleet_request
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER fleet_request_all_kept BEFORE TRUNCATE ON fleet_request
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION fleet_decision_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM fleet_request WHERE id = NEW.request_id AND state = 'open' AND author_id <> NEW.person_id)
    THEN
        RAISE EXCEPTION 'an open request is decided, and not by its author'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fleet_decision_of_others BEFORE INSERT ON fleet_decision
    FOR EACH ROW EXECUTE FUNCTION fleet_decision_fits();
CREATE TRIGGER fleet_decision_frozen BEFORE UPDATE OR DELETE ON fleet_decision
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER fleet_decision_kept BEFORE TRUNCATE ON fleet_decision
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""

STATIONS = """
CREATE FUNCTION fleet_station_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'active' OR NEW.head_seq <> 0 OR NOT EXISTS (
            SELECT 1 FROM accounts_user WHERE id = NEW.account_id AND kind = 'device')
        THEN
            RAISE EXCEPTION 'a station begins active, without reports, with the account of a device'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.account_id, NEW.owner_id, NEW.enrolled_at)
        IS DISTINCT FROM (OLD.account_id, OLD.owner_id, OLD.enrolled_at)
    THEN
        RAISE EXCEPTION 'whose station it is never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'revoked' AND NEW.state <> 'revoked' THEN
        RAISE EXCEPTION 'a revoked station stays revoked' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.assignment_number NOT IN (OLD.assignment_number, OLD.assignment_number + 1)
        OR (NEW.assignment_number = OLD.assignment_number AND NEW.assignment <> OLD.assignment)
    THEN
        RAISE EXCEPTION 'the number of an assignment rises by 1' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.head_seq < OLD.head_seq OR NEW.recorded_seq < OLD.recorded_seq
        OR (NEW.head_seq = OLD.head_seq AND NEW.head_hash <> OLD.head_hash)
        OR (NEW.head_seq > OLD.head_seq AND NOT EXISTS (
            SELECT 1 FROM fleet_report WHERE station_id = NEW.account_id AND station_seq = NEW.head_seq
            AND encode(hash, 'hex') = NEW.head_hash))
    THEN
        RAISE EXCEPTION 'the head of a station is its newest report' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fleet_station_steps BEFORE INSERT OR UPDATE ON fleet_station
    FOR EACH ROW EXECUTE FUNCTION fleet_station_step();
CREATE TRIGGER fleet_station_kept BEFORE DELETE ON fleet_station
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER fleet_station_all_kept BEFORE TRUNCATE ON fleet_station
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION fleet_report_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added LEFT JOIN fleet_report AS before
            ON before.station_id = added.station_id AND before.station_seq = added.station_seq - 1
        WHERE octet_length(added.body) > 8192 OR added.prev_hash IS DISTINCT FROM
            CASE WHEN added.station_seq = 1 THEN sha256(convert_to(added.station_id::text, 'UTF8')) ELSE before.hash END
        OR added.hash IS DISTINCT FROM
            sha256(added.prev_hash || int8send(added.station_seq) || convert_to(added.body, 'UTF8')))
    THEN
        RAISE EXCEPTION 'a report continues the chain of its station' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER fleet_report_next AFTER INSERT ON fleet_report
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION fleet_report_fits();
CREATE TRIGGER fleet_report_frozen BEFORE UPDATE OR DELETE ON fleet_report
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER fleet_report_kept BEFORE TRUNCATE ON fleet_report
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""

SIGN_IN = """
CREATE FUNCTION fleet_devicecode_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.approved IS NOT NULL AND (NEW.approved, NEW.team_id, NEW.decided_by_id, NEW.decided_at)
            IS DISTINCT FROM (OLD.approved, OLD.team_id, OLD.decided_by_id, OLD.decided_at))
        OR (OLD.redeemed_at IS NOT NULL AND (NEW.redeemed_at, NEW.station_id)
            IS DISTINCT FROM (OLD.redeemed_at, OLD.station_id))
    THEN
        RAISE EXCEPTION 'a sign-in is decided once, and redeemed once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fleet_devicecode_steps BEFORE UPDATE ON fleet_devicecode
    FOR EACH ROW EXECUTE FUNCTION fleet_devicecode_step();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("fleet", "0001_initial"),
    ]

    operations = [migrations.RunSQL(sql) for sql in (TEAMS, DIRECTIVES, REQUESTS, STATIONS, SIGN_IN)]
