-- Trivet: what `npm run doctor` reads of the database that no client could see otherwise. Re-runnable.

create or replace function private.cron_state()
returns jsonb language plpgsql stable security definer set search_path = '' as $$
declare
  state jsonb;
begin
  if pg_catalog.to_regclass('cron.job') is null then
    return null;
  end if;
  -- Dynamic: these tables are there only where pg_cron is.
  execute $query$
    select pg_catalog.jsonb_build_object(
      'active', j.active, 'schedule', j.schedule,
      'last_status', d.status, 'last_message', pg_catalog.left(d.return_message, 200), 'last_at', d.start_time)
    from cron.job j
    left join lateral (
      select r.status, r.return_message, r.start_time from cron.job_run_details r
      where r.jobid = j.jobid order by r.runid desc limit 1) d on true
    where j.jobname = 'trivet-archive-closed-tickets'
    limit 1
  $query$ into state;
  return state;
exception when insufficient_privilege then
  return null;
end
$$;
comment on function private.cron_state is
  'pg_cron''s archiving job and its last run; null without pg_cron, without the job, or without the right to look.';

create or replace function public.diagnose()
returns jsonb language sql stable security definer set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'server_time', pg_catalog.clock_timestamp(),
    'postgres', pg_catalog.current_setting('server_version'),
    'tables', (
      select pg_catalog.jsonb_object_agg(c.relname, pg_catalog.jsonb_build_object(
        'rls', c.relrowsecurity,
        'published', exists (
          select 1 from pg_catalog.pg_publication_tables t
          where t.pubname = 'supabase_realtime' and t.schemaname = 'public' and t.tablename = c.relname)))
      from pg_catalog.pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')),
    'functions', (
      select pg_catalog.jsonb_agg(distinct p.proname)
      from pg_catalog.pg_proc p where p.pronamespace = 'public'::regnamespace),
    'archive', pg_catalog.jsonb_build_object(
      'last_run_at', (select a.last_run_at from private.archive_state a),
      'overdue', (
        select count(*) from public.tickets t
        where t.status = 'closed' and t.archived_at is null
          and t.closed_at < pg_catalog.clock_timestamp() - (select s.archive_after from private.settings s) - interval '2 minutes'),
      'cron', private.cron_state()))
$$;
comment on function public.diagnose is
  'The database''s clock and version, every public table with its row level security and publication, the public functions, and how archiving goes: {server_time, postgres, tables: {name: {rls, published}}, functions: [name], archive: {last_run_at, overdue, cron}}. For the secret key only.';

revoke execute on function private.cron_state() from public, anon, authenticated;
revoke execute on function public.diagnose() from public, anon, authenticated;
grant execute on function public.diagnose() to service_role;
