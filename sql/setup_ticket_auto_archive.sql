-- Trivet, script 6: archiving by pg_cron, every minute. Re-runnable: the job is replaced by its name.
-- Without pg_cron this script changes nothing; the Edge Function or the api's own timer does the work then.

do $$
begin
  if not exists (select 1 from pg_available_extensions where name = 'pg_cron') then
    raise notice 'pg_cron is not available here: use the Edge Function archive-tickets or the api''s timer.';
    return;
  end if;
  create extension if not exists pg_cron;
  -- Runs as the role that runs this script, which owns the function.
  perform cron.schedule('trivet-archive-closed-tickets', '* * * * *', 'select public.archive_closed_tickets()');
end
$$;
