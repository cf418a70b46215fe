"""An attachment is never edited, and removed once; pieces that a blob needs stay (control c08).

Whoever adds, removes or takes over the pieces of an upload locks its row first. So the removal of a piece waits for an
attachment that is just being made of it, and then finds its blob.
"""

from __future__ import annotations

from django.db import migrations

PROTECTION = """
CREATE FUNCTION drafts_attachment_removed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.removed_at IS NOT NULL
        OR NEW.removed_at IS NULL
        OR (to_jsonb(NEW) - '{removed_at,removed_by_id,reason}'::text[]) IS DISTINCT FROM
           (to_jsonb(OLD) - '{removed_at,removed_by_id,reason}'::text[])
    THEN
        RAISE EXCEPTION 'an attachment changes once: when it is removed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION drafts_attachment_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.removed_at IS NOT NULL THEN
        RAISE EXCEPTION 'an attachment is not removed when it is made'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER drafts_attachment_begins_there BEFORE INSERT ON drafts_attachment
    FOR EACH ROW EXECUTE FUNCTION drafts_attachment_begins();
CREATE TRIGGER drafts_attachment_kept_as_added BEFORE UPDATE ON drafts_attachment
    FOR EACH ROW EXECUTE FUNCTION drafts_attachment_removed_once();
CREATE TRIGGER drafts_attachment_frozen BEFORE DELETE ON drafts_attachment
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER drafts_attachment_kept BEFORE TRUNCATE ON drafts_attachment
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();

CREATE FUNCTION drafts_upload_takes_piece() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM drafts_upload
        WHERE id = NEW.upload AND ended_at IS NULL AND received = NEW.start AND NEW.start + NEW.size <= size
        FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a piece is the next one of an upload that is under way'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER blobs_piece_is_next BEFORE INSERT ON blobs_piece
    FOR EACH ROW EXECUTE FUNCTION drafts_upload_takes_piece();

CREATE FUNCTION drafts_upload_gives_piece() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM drafts_upload WHERE id = OLD.upload FOR UPDATE;
    IF EXISTS (SELECT 1 FROM blobs_blob WHERE pieces = OLD.upload) THEN
        RAISE EXCEPTION 'a piece of a stored file is never removed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER blobs_piece_not_needed BEFORE DELETE ON blobs_piece
    FOR EACH ROW EXECUTE FUNCTION drafts_upload_gives_piece();

CREATE FUNCTION drafts_upload_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM drafts_upload
        WHERE id = NEW.pieces AND ended_at IS NULL AND size = NEW.size AND received = size
        FOR UPDATE;
    IF NOT FOUND OR NEW.size <> (SELECT sum(size) FROM blobs_piece WHERE upload = NEW.pieces) THEN
        RAISE EXCEPTION 'a file in pieces is a whole upload' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER blobs_blob_has_its_pieces BEFORE INSERT ON blobs_blob
    FOR EACH ROW WHEN (NEW.pieces IS NOT NULL) EXECUTE FUNCTION drafts_upload_is_whole();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("blobs", "0003_pieces"),
        ("drafts", "0016_attachments"),
    ]

    operations = [migrations.RunSQL(PROTECTION)]
