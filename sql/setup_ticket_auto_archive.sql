-- Trivet: archiving by pg_cron, every minute. Re-runnable: the job is replaced by its name.
-- Where pg_cron can't be had this script changes nothing; the Edge Function or the api's own timer does the work then.

do $$
begin
  if not exists (select 1 from pg_available_extensions where name = 'pg_cron') then
    raise notice 'pg_cron is not available here: use the Edge Function archive-tickets or the api''s timer.';
    return;
  end if;
  begin
    create extension if not exists pg_cron;
  exception when others then
    -- It is installed, but not for this database or not by this role.
    raise notice 'pg_cron can''t be switched on here (%): use the Edge Function archive-tickets or the api''s timer.', sqlerrm;
    return;
  end;
  -- Runs as the role that runs this script, which owns the function.
  perform cron.schedule('trivet-archive-closed-tickets', '* * * * *', 'select public.archive_closed_tickets()');
end
$$;
