"""An event whose text is not RFC 8785 would fail every verification for ever: the database refuses it.

A name that stands twice in one object, at whatever depth, white space, names out of order, another spelling of a number
or of a character. What SQL cannot tell is the order of names beyond the Basic Multilingual Plane (RFC 8785 sorts by
UTF-16 code units); the verifier names such a text as it does any that is older than this check.
"""

from __future__ import annotations

from django.db import migrations

CANONICAL_FUNCTION = r"""
CREATE FUNCTION audit_is_canonical(fact text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    -- The text without its strings: brackets, colons, commas, numbers and words.
    bare text := regexp_replace(fact, '"(?:[^"\\]|\\.)*"', '', 'g');
    number text;
BEGIN
    IF fact IS NOT JSON OBJECT WITH UNIQUE KEYS OR bare ~ '\s' THEN
        RETURN false;
    END IF;
    -- The escapes of RFC 8785, section 3.2.2.2, and no others.
    IF position('\' IN fact) > 0 AND position(
        '\' IN regexp_replace(fact, '\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))', '', 'g')
    ) > 0 THEN
        RETURN false;
    END IF;
    -- Numbers as ECMAScript writes them (section 3.2.2.3), integers that a double holds exactly.
    FOR number IN SELECT m[1] FROM regexp_matches(bare, '([-0-9][-+.0-9eE]*)', 'g') AS m LOOP
        IF number ~ '^(0|-?[1-9][0-9]{0,14})$' THEN
            CONTINUE;
        ELSIF number ~ '^-?(0|[1-9][0-9]{0,20})\.[0-9]+$' AND (number::float8)::text = number THEN
            CONTINUE;
        END IF;
        RETURN false;
    END LOOP;
    RETURN NOT EXISTS (
        WITH RECURSIVE inner_values (value, depth) AS (
            SELECT fact::json, 1
            UNION ALL
            SELECT each.value, inner_values.depth + 1
            FROM inner_values
            CROSS JOIN LATERAL (
                SELECT members.value FROM json_each(
                    CASE WHEN json_typeof(inner_values.value) = 'object' THEN inner_values.value END
                ) AS members
                UNION ALL
                SELECT elements.value FROM json_array_elements(
                    CASE WHEN json_typeof(inner_values.value) = 'array' THEN inner_values.value END
                ) AS elements
            ) AS each
            WHERE json_typeof(each.value) IN ('object', 'array') AND inner_values.depth <= 100
        )
        SELECT FROM inner_values
        WHERE depth > 100 OR json_typeof(value) = 'object' AND EXISTS (
            SELECT FROM (
                SELECT name, lag(name) OVER (ORDER BY place) AS before
                FROM json_object_keys(value) WITH ORDINALITY AS names (name, place)
            ) AS neighbours
            WHERE before COLLATE "C" > name COLLATE "C" AND name || before !~ '[\uE000-\U0010FFFF]'
        )
    );
END $$;
"""

# As before, with the first check.
LINK_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    chain_name text;
    last_seq bigint;
    last_hash bytea;
BEGIN
    IF NOT audit_is_canonical(NEW.canonical) THEN
        RAISE EXCEPTION 'an event is one RFC 8785 object' USING ERRCODE = 'check_violation';
    END IF;
    chain_name := NEW.canonical::jsonb ->> 'chain';
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
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_standing_of_records")]

    operations = [migrations.RunSQL(CANONICAL_FUNCTION), migrations.RunSQL(LINK_FUNCTION)]
