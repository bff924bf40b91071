-- Trivet, the first script: which version of the schema the database has. Re-runnable.
--
-- A release whose scripts differ from the last release's has the next version, set below. record_schema_version.sql, the
-- last script, records that all of them have run; until then the api refuses to work. What can't be said in a re-runnable
-- way (an earlier column renamed, rows rewritten) stands in upgrades/<number>_<name>.sql and is applied once.

-- Helpers live where PostgREST doesn't look.
create schema if not exists private;

create table if not exists private.schema_version (
  id boolean primary key default true,
  -- What all scripts have run for; 0: an installation that was never finished.
  version integer not null default 0,
  -- What the scripts that have begun to run are for: more than `version` while they run, or after they failed.
  target integer not null default 0,
  recorded_at timestamptz not null default now(),
  constraint schema_version_single_row check (id)
);
comment on table private.schema_version is 'One row: the version of Trivet''s schema, read through public.schema_version().';
alter table private.schema_version enable row level security;

create table if not exists private.schema_upgrades (
  number integer primary key,
  applied_at timestamptz not null default now()
);
comment on table private.schema_upgrades is 'The scripts of sql/upgrades/ that this database has had.';
alter table private.schema_upgrades enable row level security;

-- The first release recorded no version; the last table it made tells that it is whole.
insert into private.schema_version (version)
  select case when to_regclass('public.telegram_migrations') is null then 0 else 1 end
  on conflict do nothing;

do $$
declare
  these_scripts constant integer := 3;
  recorded integer := (select version from private.schema_version);
begin
  if recorded > these_scripts then
    raise exception 'This database has version % of Trivet''s schema; these scripts are older, of version %.', recorded, these_scripts
      using hint = 'Take the scripts of the newer release.';
  end if;
  update private.schema_version set target = these_scripts;
end
$$;

create or replace function private.begin_upgrade(number integer)
returns boolean language plpgsql set search_path = '' as $$
begin
  insert into private.schema_upgrades (number) values (begin_upgrade.number) on conflict do nothing;
  return found;
end
$$;
comment on function private.begin_upgrade is
  'For the scripts of sql/upgrades/: true the first time it is asked for a number, and records it in the caller''s transaction. Errors: none.';

create or replace function public.schema_version()
returns jsonb language sql stable security definer set search_path = '' as $$
  select pg_catalog.jsonb_build_object('version', v.version, 'target', v.target) from private.schema_version v
$$;
comment on function public.schema_version is
  'For api and doctor: {version, target}. They differ while scripts run, or after they stopped half-way. Errors: none.';
revoke execute on function private.begin_upgrade(integer) from public, anon, authenticated;
revoke execute on function public.schema_version() from public, anon, authenticated;
grant execute on function public.schema_version() to service_role;
