-- Trivet: reactions to messages. Re-runnable; needs create_ticket_functions.sql.
--
-- The truth is a row each in message_reactions, closed to browsers. A summary of them stands on the message itself, so
-- that whoever reads the message reads its reactions, by the same policies, queries and realtime events.

alter table private.settings
  add column if not exists reactions text[] not null default array['👍', '❤', '🎉', '😁', '😢', '🙏'];

create table if not exists public.message_reactions (
  message_id uuid not null references public.ticket_messages (id) on delete cascade,
  user_id uuid references public.profiles (id) on delete cascade,
  emoji text not null,
  created_at timestamptz not null default clock_timestamp()
);
alter table public.message_reactions
  drop constraint if exists message_reactions_pkey,
  alter column user_id drop not null,
  add column if not exists telegram_id bigint;
comment on table public.message_reactions is 'Who reacted to which message with which emoji; browsers see the summary in ticket_messages.reactions.';
comment on column public.message_reactions.user_id is 'Whose reaction it is; null: staff in Telegram whose account is linked to no profile.';
comment on column public.message_reactions.telegram_id is 'The Telegram account that reacted there, for anonymous administrators the group; null: a browser. Who reacts in both places has two rows and counts once.';
create unique index if not exists message_reactions_key
  on public.message_reactions (message_id, user_id, telegram_id, emoji) nulls not distinct;
create index if not exists message_reactions_user_idx on public.message_reactions (user_id);

alter table public.message_reactions enable row level security;
revoke all on public.message_reactions from public, anon, authenticated;
grant all on public.message_reactions to service_role;

alter table public.ticket_messages
  add column if not exists reactions jsonb not null default '{}';
comment on column public.ticket_messages.reactions is
  'Who reacted, by emoji, in the order they came: {"👍": [{"id": <profile id>, "name": <public name>}, …]}, both null for staff who show none; kept by a trigger on message_reactions.';

create or replace function private.reaction_summary(message_id uuid)
returns jsonb language sql stable security definer set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_object_agg(by_emoji.emoji, by_emoji.people), '{}')
  from (
    select one.emoji,
      pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', one.user_id, 'name', p.nickname) order by one.since) as people
    from (
      select r.emoji, r.user_id, min(r.created_at) as since
      from public.message_reactions r
      where r.message_id = reaction_summary.message_id
      group by r.emoji, r.user_id, case when r.user_id is null then r.telegram_id end) one
    left join public.profiles p on p.id = one.user_id
    group by one.emoji) by_emoji
$$;
comment on function private.reaction_summary is
  'Who reacted to a message, as ticket_messages.reactions tells it: users read it, so that nothing of a Telegram account is in it. No errors.';

-- A trigger, not the function below, keeps the summary: reactions also go when their author's account does.
create or replace function private.on_reaction_changed()
returns trigger language plpgsql security definer set search_path = '' as $$
declare
  changed_id uuid := coalesce(new.message_id, old.message_id);
  summary jsonb := private.reaction_summary(changed_id);
begin
  update public.ticket_messages m set reactions = summary where m.id = changed_id and m.reactions <> summary;
  return null;
end
$$;
comment on function private.on_reaction_changed is 'Trigger: a message says who reacted to it.';
create or replace trigger trivet_reaction_changed after insert or delete on public.message_reactions
  for each row execute function private.on_reaction_changed();

-- Summaries of the release before held ids without names.
update public.ticket_messages m set reactions = private.reaction_summary(m.id)
  where exists (select from public.message_reactions r where r.message_id = m.id)
    and m.reactions <> private.reaction_summary(m.id);

create or replace function public.set_reaction(message_id uuid, emoji text, reacted boolean)
returns public.ticket_messages language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  caller public.profiles := private.caller();
  message public.ticket_messages := private.lock_message(message_id, caller);
begin
  if message.deleted_at is not null then
    perform private.fail(409, 'message_deleted', 'The message is deleted.', 'React to another one.');
  end if;
  perform private.limit_changes(caller);
  if reacted then
    if emoji is null or not emoji = any ((select s.reactions from private.settings s)::text[]) then
      perform private.fail(422, 'reaction_unknown', 'There is no such reaction.', 'Choose one of private.settings.reactions.');
    end if;
    insert into public.message_reactions (message_id, user_id, emoji) values (message_id, caller.id, emoji)
      on conflict do nothing;
  else
    delete from public.message_reactions r
      where r.message_id = message_id and r.user_id = caller.id and r.emoji = emoji;
  end if;
  select * into message from public.ticket_messages m where m.id = message_id;
  return message;
end
$$;
comment on function public.set_reaction is
  'Adds the caller''s reaction to a message (reacted true) or takes it back, wherever they gave it; either one twice is once. Out: the message. Errors: those of private.caller and private.lock_message; 409 message_deleted; 422 reaction_unknown; 429 too_many_changes.';

revoke execute on function private.on_reaction_changed(), private.reaction_summary(uuid) from public, anon, authenticated;
revoke execute on function public.set_reaction(uuid, text, boolean) from public, anon;
grant execute on function public.set_reaction(uuid, text, boolean) to authenticated, service_role;
