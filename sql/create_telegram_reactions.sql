-- Trivet: reactions cross the bridge, both ways. Re-runnable; needs create_message_reactions.sql and the bridge's scripts.

create or replace function private.telegram_on_reaction()
returns trigger language plpgsql security definer set search_path = '' as $$
declare
  changed public.message_reactions := coalesce(new, old);
begin
  perform private.enqueue_telegram(t.id, 'reaction', 'reaction:' || m.id, 2, m.id)
  from public.ticket_messages m join public.tickets t on t.id = m.ticket_id
  where m.id = changed.message_id and m.deleted_at is null and t.user_id = changed.user_id;
  return null;
end
$$;
comment on function private.telegram_on_reaction is
  'Trigger: a reaction of the ticket''s user is shown in Telegram. Staff''s from the panel aren''t: a bot has one reaction to a message.';
create or replace trigger telegram_reaction_made after insert on public.message_reactions
  for each row when (new.telegram_id is null) execute function private.telegram_on_reaction();
create or replace trigger telegram_reaction_gone after delete on public.message_reactions
  for each row when (old.telegram_id is null) execute function private.telegram_on_reaction();

-- What the bot's one reaction to a message says. It stands on the last of the Telegram messages that show the message (on an
-- album's first, as Telegram has it); where several messages were joined into one, the newest reaction to any of them counts.
create or replace function public.telegram_mark(message_id uuid, chat_id bigint)
returns jsonb language sql stable security definer set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'telegram_message_id', shown.telegram_message_id,
    'reaction', (
      select r.emoji
      from public.telegram_messages joined
      join public.message_reactions r on r.message_id = joined.message_id
      where joined.chat_id = shown.chat_id and joined.telegram_message_id = shown.telegram_message_id
        and r.user_id = t.user_id and r.telegram_id is null
      order by r.created_at desc limit 1),
    'is_read', m.is_admin and m.is_read)
  from public.ticket_messages m
  join public.tickets t on t.id = m.ticket_id
  join public.telegram_messages shown on shown.message_id = m.id and shown.chat_id = telegram_mark.chat_id
  where m.id = telegram_mark.message_id and m.deleted_at is null
  order by shown.part desc, shown.telegram_message_id limit 1
$$;
comment on function public.telegram_mark is
  'For the bot: {telegram_message_id, reaction, is_read}: the Telegram message that carries the bot''s reaction to a message, the newest reaction of the ticket''s user (null: none), and whether it is an answer they have read. Null when the message isn''t shown in that chat. No errors.';

-- A reaction given in the group becomes the staff member's in the desk, and goes when it is taken back. Only users' messages
-- take one: what staff think of a colleague's answer is their own business. Saying the same again changes nothing.
create or replace function public.telegram_react(
  chat_id bigint, telegram_message_id bigint, telegram_id bigint, given text[], removed text[], linked_only boolean default false)
returns jsonb language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  staff public.profiles := private.telegram_profile(telegram_id);
  ticket public.tickets;
  target uuid;
begin
  if linked_only and staff.id is null then
    return pg_catalog.jsonb_build_object('outcome', 'not_linked');
  end if;
  select t.* into ticket from public.tickets t join public.telegram_messages p on p.ticket_id = t.id
    where p.chat_id = chat_id and p.telegram_message_id = telegram_message_id and p.message_id is not null
    limit 1 for update of t;
  -- Of several messages that one Telegram message shows, the last.
  select m.id into target
    from public.telegram_messages p join public.ticket_messages m on m.id = p.message_id
    where p.chat_id = chat_id and p.telegram_message_id = telegram_message_id and not m.is_admin and m.deleted_at is null
    order by m.created_at desc limit 1;
  if target is null or ticket.archived_at is not null then
    return pg_catalog.jsonb_build_object('outcome', 'ignored');
  end if;
  delete from public.message_reactions r
    where r.message_id = target and r.telegram_id = telegram_id and r.emoji = any (removed) and not r.emoji = any (given);
  insert into public.message_reactions (message_id, user_id, telegram_id, emoji)
    select target, staff.id, telegram_id, g.emoji from pg_catalog.unnest(given) g (emoji)
    where g.emoji = any ((select s.reactions from private.settings s)::text[])
    on conflict do nothing;
  return pg_catalog.jsonb_build_object('outcome', 'stored');
end
$$;
comment on function public.telegram_react is
  'For the bot: takes a staff member''s change of reactions to a Telegram message into the desk; telegram_id is the account, for an anonymous administrator the group. given: those they have now, removed: those they took back. {outcome: stored | ignored | not_linked}; emoji that are no reactions of the desk are passed over. No errors.';

-- Who may call what: the bot (secret key) its functions, nobody else any.
revoke execute on function
  private.telegram_on_reaction(), public.telegram_mark(uuid, bigint),
  public.telegram_react(bigint, bigint, bigint, text[], text[], boolean)
  from public, anon, authenticated;
grant execute on function
  public.telegram_mark(uuid, bigint), public.telegram_react(bigint, bigint, bigint, text[], text[], boolean)
  to service_role;
