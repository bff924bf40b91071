-- What every database of a project starts with: schemas, extensions, and Supabase's default privileges, which give the
-- API's roles everything in `public`. Row level security and revokes are what closes it.

do $$
begin
  execute format('alter database %I owner to postgres', current_database());
end
$$;

create schema if not exists extensions authorization postgres;
create schema if not exists auth authorization supabase_admin;
create schema if not exists storage authorization supabase_admin;
create schema if not exists realtime authorization supabase_admin;
-- The stand-in's own records; a Supabase project has no such schema.
create schema if not exists local_supabase authorization supabase_admin;

create extension if not exists pgcrypto with schema extensions;
create extension if not exists "uuid-ossp" with schema extensions;

grant usage on schema public, extensions to anon, authenticated, service_role;
grant all on schema public to postgres;
grant usage on schema auth, storage to anon, authenticated, service_role;
grant all on schema auth to supabase_auth_admin;
grant all on schema storage to supabase_storage_admin;
grant all on schema auth, storage to dashboard_user;
grant usage on schema auth, storage, realtime to postgres;
grant create on schema realtime to postgres;

do $$
declare
  creator text;
  kind text;
begin
  foreach creator in array array['postgres', 'supabase_admin'] loop
    foreach kind in array array['tables', 'functions', 'sequences'] loop
      execute format(
        'alter default privileges for role %I in schema public grant all on %s to postgres, anon, authenticated, service_role',
        creator, kind);
    end loop;
  end loop;
end
$$;

create table if not exists local_supabase.applied_scripts (
  name text primary key,
  hash text not null,
  applied_at timestamptz not null default now()
);

create table if not exists local_supabase.mailbox (
  id bigint generated always as identity primary key,
  recipient text not null,
  subject text not null,
  body text not null,
  sent_at timestamptz not null default now()
);

do $$
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
    alter publication supabase_realtime owner to postgres;
  end if;
end
$$;
