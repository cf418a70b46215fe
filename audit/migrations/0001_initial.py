"""The event chain in Postgres: generated columns, the linking trigger, and the refusal of every change.

Plain SQL on purpose: the database itself protects the chain, for raw SQL and superusers as well as for the ORM
(docs/rules.md, "Events"; 21 CFR 11.10(e)).
"""

from __future__ import annotations

from django.db import migrations, models

EVENT_TABLE = """
CREATE TABLE audit_site (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    singleton boolean NOT NULL DEFAULT true UNIQUE CHECK (singleton)
);
INSERT INTO audit_site (id) VALUES (gen_random_uuid());

CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    canonical text NOT NULL,
    chain text NOT NULL GENERATED ALWAYS AS (canonical::jsonb ->> 'chain') STORED,
    action text NOT NULL GENERATED ALWAYS AS (canonical::jsonb ->> 'action') STORED,
    actor_id uuid NOT NULL GENERATED ALWAYS AS ((canonical::jsonb #>> '{actor,id}')::uuid) STORED,
    target_type text NOT NULL GENERATED ALWAYS AS (canonical::jsonb #>> '{target,type}') STORED,
    target_id text NOT NULL GENERATED ALWAYS AS (canonical::jsonb #>> '{target,id}') STORED,
    client_ref uuid GENERATED ALWAYS AS ((canonical::jsonb ->> 'client_ref')::uuid) STORED,
    request text GENERATED ALWAYS AS (canonical::jsonb ->> 'request') STORED,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_event_chain_seq UNIQUE (chain, seq),
    CONSTRAINT audit_event_seq_positive CHECK (seq > 0),
    CONSTRAINT audit_event_hash_sizes CHECK (length(prev_hash) = 32 AND length(hash) = 32),
    CONSTRAINT audit_event_names_its_site CHECK (canonical::jsonb ? 'site' AND canonical::jsonb ? 'v')
);
CREATE UNIQUE INDEX audit_event_client_ref ON audit_event (chain, actor_id, client_ref) WHERE client_ref IS NOT NULL;
CREATE INDEX audit_event_target ON audit_event (target_type, target_id);
CREATE INDEX audit_event_at ON audit_event (at);
CREATE INDEX audit_event_actor ON audit_event (actor_id, at);
CREATE INDEX audit_event_action ON audit_event (action, id);
"""

LINK_FUNCTION = """
CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    chain_name text := NEW.canonical::jsonb ->> 'chain';
    last_seq bigint;
    last_hash bytea;
BEGIN
    IF chain_name IS NULL OR chain_name = '' THEN
        RAISE EXCEPTION 'an event names its chain' USING ERRCODE = 'check_violation';
    END IF;
    -- One writer per chain at a time; the next statement then sees every committed row of it.
    PERFORM pg_advisory_xact_lock(hashtextextended('audit:' || chain_name, 0));
    SELECT seq, hash INTO last_seq, last_hash FROM audit_event WHERE chain = chain_name ORDER BY seq DESC LIMIT 1;
    NEW.seq := coalesce(last_seq, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.prev_hash := coalesce(last_hash, sha256(convert_to(chain_name, 'UTF8')));
    NEW.hash := sha256(
        NEW.prev_hash
        || int8send(NEW.seq)
        || int8send((extract(epoch FROM NEW.at) * 1000000)::bigint)
        || convert_to(NEW.canonical, 'UTF8')
    );
    RETURN NEW;
END $$;
CREATE TRIGGER audit_event_link BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_link();
"""

# One function for every protected table: the tables of other apps attach it to themselves in their own migrations.
REFUSE_FUNCTION = """
CREATE FUNCTION foundry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: this record never changes', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_event_frozen BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER audit_event_kept BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER audit_site_frozen BEFORE UPDATE OR DELETE ON audit_site
    FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
CREATE TRIGGER audit_site_kept BEFORE TRUNCATE ON audit_site
    FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(EVENT_TABLE),
                migrations.RunSQL(LINK_FUNCTION),
                migrations.RunSQL(REFUSE_FUNCTION),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Site",
                    fields=[
                        ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ("created_at", models.DateTimeField(editable=False)),
                    ],
                    options={"db_table": "audit_site"},
                ),
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("canonical", models.TextField(editable=False)),
                        ("chain", models.TextField(editable=False)),
                        ("action", models.TextField(editable=False)),
                        ("actor_id", models.UUIDField(editable=False)),
                        ("target_type", models.TextField(editable=False)),
                        ("target_id", models.TextField(editable=False)),
                        ("client_ref", models.UUIDField(editable=False, null=True)),
                        ("request", models.TextField(editable=False, null=True)),
                        ("seq", models.BigIntegerField(editable=False)),
                        ("at", models.DateTimeField(editable=False)),
                        ("prev_hash", models.BinaryField(editable=False)),
                        ("hash", models.BinaryField(editable=False)),
                    ],
                    options={
                        "db_table": "audit_event",
                        "ordering": ["chain", "seq"],
                        "default_permissions": ("view",),
                    },
                ),
            ],
        ),
    ]
