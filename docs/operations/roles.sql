-- Two roles: one owns the tables and migrates, the other is the application's and cannot switch its own protection off.
-- Run as a superuser, once for each database:
--     psql -f docs/operations/roles.sql [-v database=foundry] [-v owner=foundry_owner] [-v app=foundry_app]
-- and give both roles a password: \password foundry_owner, \password foundry_app.
\set ON_ERROR_STOP on
\if :{?database} \else \set database foundry \endif
\if :{?owner} \else \set owner foundry_owner \endif
\if :{?app} \else \set app foundry_app \endif

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY[:'owner', :'app']) AS name
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) \gexec
CREATE DATABASE :"database" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"app";

\connect :"database"
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app";
-- What the owner makes from now on, in whatever migration, the application may fill and read, and never alter or empty.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO :"app";
