"""What another site sent stays as it came: copied events are linked by their hashes, held texts never change."""

from __future__ import annotations

from django.db import migrations

PEERS = """
ALTER TABLE replication_peer ADD CONSTRAINT replication_peer_sizes CHECK (
    octet_length(key) = 32 AND octet_length(introduced_by) = 32 AND octet_length(cut_hash) = 32
    AND octet_length(state_hash) = 32
);
CREATE FUNCTION replication_peer_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.key) IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.key) THEN
        RAISE EXCEPTION 'which site it is never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT NULL
        AND (NEW.revoked_at, NEW.cut_number, NEW.cut_hash)
            IS DISTINCT FROM (OLD.revoked_at, OLD.cut_number, OLD.cut_hash)
    THEN
        RAISE EXCEPTION 'a site is cut once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER replication_peer_steps BEFORE UPDATE ON replication_peer
    FOR EACH ROW EXECUTE FUNCTION replication_peer_step();
CREATE TRIGGER replication_peer_stays BEFORE DELETE ON replication_peer
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER replication_peer_kept BEFORE TRUNCATE ON replication_peer
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

ALTER TABLE replication_invitation ADD CONSTRAINT replication_invitation_sizes CHECK (
    octet_length(code_hash) = 32 AND octet_length(used_by) = 32
);
CREATE FUNCTION replication_invitation_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.code_hash, NEW.rights, NEW.copies, NEW.created_by_id, NEW.created_at,
        NEW.expires_at)
        IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.code_hash, OLD.rights, OLD.copies, OLD.created_by_id,
            OLD.created_at, OLD.expires_at)
        OR OLD.used_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL
    THEN
        RAISE EXCEPTION 'an invitation is used or withdrawn once, and is otherwise as it was made'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER replication_invitation_steps BEFORE UPDATE ON replication_invitation
    FOR EACH ROW EXECUTE FUNCTION replication_invitation_step();
CREATE TRIGGER replication_invitation_stays BEFORE DELETE ON replication_invitation
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER replication_invitation_kept BEFORE TRUNCATE ON replication_invitation
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""

HELD = """
ALTER TABLE replication_heldbundle ADD CONSTRAINT replication_heldbundle_sizes CHECK (
    octet_length(site_key) = 32 AND octet_length(hash) = 32 AND octet_length(sender) = 32
    AND octet_length(until_hlc) = 12
);
CREATE FUNCTION replication_heldbundle_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.site_key, NEW.number, NEW.hash, NEW.text, NEW.sender, NEW.since)
        IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.site_key, OLD.number, OLD.hash, OLD.text, OLD.sender, OLD.since)
        OR OLD.decision <> ''
    THEN
        RAISE EXCEPTION 'a held bundle is decided once, and is otherwise as it came'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER replication_heldbundle_steps BEFORE UPDATE ON replication_heldbundle
    FOR EACH ROW EXECUTE FUNCTION replication_heldbundle_step();
CREATE TRIGGER replication_heldbundle_stays BEFORE DELETE ON replication_heldbundle
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER replication_heldbundle_kept BEFORE TRUNCATE ON replication_heldbundle
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""

COPIES = """
ALTER TABLE replication_copiedevent ADD CONSTRAINT replication_copiedevent_sizes CHECK (
    octet_length(prev_hash) = 32 AND octet_length(hash) = 32 AND seq >= 1
);
-- The same arithmetic as audit_link() has, over what came instead of what happens now.
CREATE FUNCTION replication_copy_links() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_seq bigint;
    last_hash bytea;
    last_site uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('replication:copies:' || NEW.project_id, 0));
    SELECT seq, hash, site INTO last_seq, last_hash, last_site FROM replication_copiedevent
        WHERE project_id = NEW.project_id ORDER BY seq DESC LIMIT 1;
    IF NEW.chain <> NEW.project_id::text OR NEW.seq <> coalesce(last_seq, 0) + 1
        OR NEW.site <> coalesce(last_site, NEW.site)
        OR NEW.prev_hash <> coalesce(last_hash, sha256(convert_to(NEW.chain, 'UTF8')))
        OR NEW.hash <> sha256(
            NEW.prev_hash
            || int8send(NEW.seq)
            || int8send((extract(epoch FROM NEW.at) * 1000000)::bigint)
            || convert_to(NEW.canonical, 'UTF8'))
    THEN
        RAISE EXCEPTION 'event % of the copy does not follow the one before it', NEW.seq
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER replication_copiedevent_link BEFORE INSERT ON replication_copiedevent
    FOR EACH ROW EXECUTE FUNCTION replication_copy_links();
CREATE TRIGGER replication_copiedevent_frozen BEFORE UPDATE OR DELETE ON replication_copiedevent
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER replication_copiedevent_kept BEFORE TRUNCATE ON replication_copiedevent
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

ALTER TABLE replication_copiedcheckpoint ADD CONSTRAINT replication_copiedcheckpoint_sizes CHECK (
    octet_length(hash) = 32 AND octet_length(site_key) = 32 AND octet_length(signature) = 64 AND seq >= 1
);
CREATE TRIGGER replication_copiedcheckpoint_frozen BEFORE UPDATE OR DELETE ON replication_copiedcheckpoint
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER replication_copiedcheckpoint_kept BEFORE TRUNCATE ON replication_copiedcheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("replication", "0001_initial"),
    ]

    operations = [migrations.RunSQL(sql) for sql in (PEERS, HELD, COPIES)]
