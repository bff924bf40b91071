-- Trivet: reactions to messages. Re-runnable; needs create_ticket_functions.sql.
--
-- The truth is a row each in message_reactions, closed to browsers. A summary of them stands on the message itself, so
-- that whoever reads the message reads its reactions, by the same policies, queries and realtime events.

alter table private.settings
  add column if not exists reactions text[] not null default array['👍', '❤', '🎉', '😁', '😢', '🙏'];

create table if not exists public.message_reactions (
  message_id uuid not null references public.ticket_messages (id) on delete cascade,
  user_id uuid not null references public.profiles (id) on delete cascade,
  emoji text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (message_id, user_id, emoji)
);
comment on table public.message_reactions is 'Who reacted to which message with which emoji; browsers see the summary in ticket_messages.reactions.';
create index if not exists message_reactions_user_idx on public.message_reactions (user_id);

alter table public.message_reactions enable row level security;
revoke all on public.message_reactions from public, anon, authenticated;
grant all on public.message_reactions to service_role;

alter table public.ticket_messages
  add column if not exists reactions jsonb not null default '{}';
comment on column public.ticket_messages.reactions is 'Who reacted, by emoji: {"👍": ["<profile id>", …]}; kept by a trigger on message_reactions.';

-- A trigger, not the function below, keeps the summary: reactions also go when their author's account does.
create or replace function private.on_reaction_changed()
returns trigger language plpgsql security definer set search_path = '' as $$
declare
  changed_id uuid := coalesce(new.message_id, old.message_id);
begin
  update public.ticket_messages m set reactions = (
    select coalesce(pg_catalog.jsonb_object_agg(r.emoji, r.users), '{}')
    from (
      select emoji, pg_catalog.jsonb_agg(user_id order by created_at) as users
      from public.message_reactions
      where message_id = changed_id
      group by emoji) r)
  where m.id = changed_id;
  return null;
end
$$;
create or replace trigger trivet_reaction_changed after insert or delete on public.message_reactions
  for each row execute function private.on_reaction_changed();

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
  'Adds the caller''s reaction to a message (reacted true) or takes it back; either one twice is once. Out: the message. Errors: those of private.caller and private.lock_message; 409 message_deleted; 422 reaction_unknown; 429 too_many_changes.';

revoke execute on function private.on_reaction_changed() from public, anon, authenticated;
revoke execute on function public.set_reaction(uuid, text, boolean) from public, anon;
grant execute on function public.set_reaction(uuid, text, boolean) to authenticated, service_role;
