-- Trivet: which of several bots carries the bridge. Telegram gives updates to one poller and one budget to one group, so
-- one bot leads and the others stand by. Runs after create_telegram_outbox.sql; running it again changes nothing.

-- One row at most: the bot that leads, for as long as its lease lasts.
create table if not exists public.telegram_leader (
  only_one boolean primary key default true check (only_one),
  holder text not null,
  leased_until timestamptz not null
);
alter table public.telegram_leader enable row level security;
revoke all on public.telegram_leader from public, anon, authenticated;
grant all on public.telegram_leader to service_role;
comment on table public.telegram_leader is
  'The bot that carries the bridge now; written by telegram_lead and telegram_resign only.';

-- Takes or keeps the lead. Tickets that a dead predecessor had leased are free at once.
create or replace function public.telegram_lead(holder text, lease_seconds integer) returns boolean
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  predecessor text;
begin
  -- Two that ask at the same moment take their turns.
  insert into public.telegram_leader (holder, leased_until) values (telegram_lead.holder, '-infinity')
  on conflict do nothing;
  select l.holder into predecessor from public.telegram_leader l
  where l.holder = telegram_lead.holder or l.leased_until < clock_timestamp() for update;
  if not found then
    return false;
  end if;
  update public.telegram_leader set
    holder = telegram_lead.holder,
    leased_until = clock_timestamp() + make_interval(secs => telegram_lead.lease_seconds);
  if predecessor <> telegram_lead.holder then
    update public.telegram_topics set leased_by = null, leased_until = null where leased_by is not null;
  end if;
  return true;
end
$$;
comment on function public.telegram_lead is
  'For the bot: makes holder the one that carries the bridge for lease_seconds, when it is that already or nobody is. Gives whether it leads now. No errors.';

-- Gives the lead back, so that another need not wait for the lease to run out.
create or replace function public.telegram_resign(holder text) returns void
language sql security definer set search_path = '' as $$
  delete from public.telegram_leader l where l.holder = telegram_resign.holder
$$;
comment on function public.telegram_resign is
  'For the bot: holder no longer leads; gives nothing. Harmless when it does not. No errors.';

-- Whether any bot leads: what an api that runs apart from the bot tells of the bridge.
create or replace function public.telegram_is_led() returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.telegram_leader l where l.leased_until > clock_timestamp())
$$;
comment on function public.telegram_is_led is
  'For the api: whether a bot carries the bridge at this moment. No errors.';

do $$
declare
  name text;
begin
  foreach name in array array['telegram_lead', 'telegram_resign', 'telegram_is_led'] loop
    execute format('revoke all on function public.%I from public, anon, authenticated', name);
    execute format('grant execute on function public.%I to service_role', name);
  end loop;
end
$$;

-- A delivery that an api has stored wakes the bot that leads; row level security shows it to nobody else.
select private.publish('public.telegram_updates');
