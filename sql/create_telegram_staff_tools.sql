-- Trivet: the Telegram bridge. Staff's tools as the bot calls them: taking, giving and muting tickets, canned replies, and
-- writing to a user first. Re-runnable; needs create_staff_tools.sql and the bridge's scripts.

create or replace function private.telegram_on_staff_state()
returns trigger language plpgsql security definer set search_path = '' as $$
begin
  perform private.enqueue_telegram(new.ticket_id, 'card', 'card:' || new.ticket_id, 2)
  where exists (select from public.telegram_topics t where t.ticket_id = new.ticket_id);
  return null;
end
$$;
comment on function private.telegram_on_staff_state is 'Trigger: the card in Telegram says whose the ticket is, and that it is muted.';
create or replace trigger telegram_staff_state_made after insert on public.ticket_staff_state
  for each row execute function private.telegram_on_staff_state();
create or replace trigger telegram_staff_state_changed after update on public.ticket_staff_state
  for each row when (new.assignee_name is distinct from old.assignee_name or new.muted_until is distinct from old.muted_until)
  execute function private.telegram_on_staff_state();

create or replace function private.telegram_staff_name(telegram_user_id bigint, telegram_name text)
returns text language sql stable security definer set search_path = '' as $$
  select coalesce((private.telegram_profile(telegram_staff_name.telegram_user_id)).nickname, telegram_staff_name.telegram_name)
$$;
comment on function private.telegram_staff_name is 'What staff call a Telegram account: its profile''s nickname, else the name it has there.';

-- One ticket by its id; null when there is none.
create or replace function public.telegram_ticket(ticket_id uuid)
returns jsonb language sql stable security definer set search_path = '' as $$
  select private.telegram_ticket_json(telegram_ticket.ticket_id)
$$;
comment on function public.telegram_ticket is 'For the bot: a ticket with its user by the ticket''s id; null when there is none. No errors.';

create or replace function public.telegram_take(ticket_id uuid, telegram_user_id bigint, telegram_name text)
returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  staff public.profiles := private.telegram_profile(telegram_take.telegram_user_id);
begin
  perform private.assign_ticket_as(
    telegram_take.ticket_id, staff.id, case when staff.id is null then telegram_take.telegram_user_id end,
    coalesce(staff.nickname, telegram_take.telegram_name), coalesce(staff.nickname, telegram_take.telegram_name));
  return private.telegram_ticket_json(telegram_take.ticket_id);
end
$$;
comment on function public.telegram_take is
  'For the bot: gives a ticket to the staff member who asks for it, linked to a profile or not. Out: the ticket. Errors: 404 ticket_not_found.';

create or replace function public.telegram_assign(
  ticket_id uuid, assignee_id uuid, telegram_user_id bigint, telegram_name text)
returns jsonb language plpgsql security definer set search_path = '' as $$
begin
  perform private.assign_ticket_as(
    telegram_assign.ticket_id, telegram_assign.assignee_id, null, null,
    private.telegram_staff_name(telegram_assign.telegram_user_id, telegram_assign.telegram_name));
  return private.telegram_ticket_json(telegram_assign.ticket_id);
end
$$;
comment on function public.telegram_assign is
  'For the bot: gives a ticket to a staff profile; null: to nobody. Out: the ticket. Errors: those of assign_ticket.';

create or replace function public.telegram_mute(ticket_id uuid, until timestamptz)
returns jsonb language plpgsql security definer set search_path = '' as $$
begin
  perform private.mute_ticket_as(telegram_mute.ticket_id, telegram_mute.until);
  return private.telegram_ticket_json(telegram_mute.ticket_id);
end
$$;
comment on function public.telegram_mute is
  'For the bot: mutes a ticket until a moment; infinity: for good; null: no longer. Out: the ticket. Errors: 404 ticket_not_found.';

create or replace function public.telegram_save_canned(name text, body text, telegram_user_id bigint)
returns void language plpgsql security definer set search_path = '' as $$
begin
  perform private.save_canned_reply_as(
    telegram_save_canned.name, telegram_save_canned.body,
    (private.telegram_profile(telegram_save_canned.telegram_user_id)).id);
end
$$;
comment on function public.telegram_save_canned is
  'For the bot: makes a canned reply or replaces the one of that name; gives nothing. Errors: those of private.save_canned_reply_as.';

-- A message of staff's that nobody typed in Telegram as it stands: it goes to the user and, by the outbox, into the topic.
create or replace function public.telegram_post(
  ticket_id uuid, message_id uuid, telegram_user_id bigint, body text)
returns void language plpgsql security definer set search_path = '' as $$
declare
  staff public.profiles := private.telegram_profile(telegram_post.telegram_user_id);
  posted public.ticket_messages;
begin
  posted := private.post_message(
    telegram_post.ticket_id, telegram_post.message_id, staff.id, true, 'telegram', staff.nickname, telegram_post.body,
    '[]', null);
  perform private.telegram_tell_once(posted);
end
$$;
comment on function public.telegram_post is
  'For the bot: writes to a ticket''s user as the staff member, and shows it in the topic; the same message_id again does nothing. Errors: those of private.post_message.';

create or replace function private.telegram_tell_once(message public.ticket_messages)
returns void language plpgsql security definer set search_path = '' as $$
begin
  if not exists (select from public.telegram_outbox o where o.dedupe_key = 'message:' || message.id) then
    perform private.enqueue_telegram(message.ticket_id, 'message', 'message:' || message.id, 0, message.id);
  end if;
end
$$;
comment on function private.telegram_tell_once is 'Puts a message into the outbox, unless it has been there.';

create or replace function public.telegram_create_ticket(
  user_id uuid, subject text, message_id uuid, body text, attachments jsonb, telegram_user_id bigint)
returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  staff public.profiles := private.telegram_profile(telegram_create_ticket.telegram_user_id);
  ticket public.tickets;
begin
  ticket := private.create_ticket_for_as(
    telegram_create_ticket.user_id, telegram_create_ticket.subject, telegram_create_ticket.message_id,
    telegram_create_ticket.body, telegram_create_ticket.attachments, staff.id, staff.nickname, 'telegram');
  perform private.telegram_tell_once(m) from public.ticket_messages m where m.id = telegram_create_ticket.message_id;
  return private.telegram_ticket_json(ticket.id);
end
$$;
comment on function public.telegram_create_ticket is
  'For the bot: staff write to a user first; files lie in telegram/<message id>/. Out: the ticket; the same message_id again gives the same. Errors: those of private.create_ticket_for_as.';

create or replace function public.telegram_users(query text, size integer default 8)
returns jsonb language sql stable security definer set search_path = '' as $$
  select private.users_found(telegram_users.query, telegram_users.size)
$$;
comment on function public.telegram_users is
  'For the bot: the users whose e-mail address, nickname or Member ID holds query, as private.users_found gives them. No errors.';

-- Who can be given a ticket.
create or replace function public.telegram_staff()
returns jsonb language sql stable security definer set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', p.id, 'nickname', p.nickname)
    order by p.nickname, p.id), '[]')
  from public.profiles p where p.role = 'admin'
$$;
comment on function public.telegram_staff is 'For the bot: the staff profiles, [{id, nickname}] by nickname. No errors.';

-- Marks a Telegram message as one that was meant for the bot, so that no later edit of it can pass for an answer.
create or replace function public.telegram_consume(ticket_id uuid, chat_id bigint, telegram_message_id bigint)
returns void language sql security definer set search_path = '' as $$
  insert into public.telegram_messages (chat_id, telegram_message_id, ticket_id, direction, role)
  values (telegram_consume.chat_id, telegram_consume.telegram_message_id, telegram_consume.ticket_id, 'in', 'line')
  on conflict do nothing
$$;
comment on function public.telegram_consume is
  'For the bot: remembers that a message in a ticket''s place was meant for the bot, not for the user; gives nothing. No errors.';

-- Who may call what: the bot (secret key) its functions, nobody else any.
revoke execute on function
  private.telegram_on_staff_state(), private.telegram_staff_name(bigint, text),
  private.telegram_tell_once(public.ticket_messages)
  from public, anon, authenticated;
do $$
declare
  name text;
begin
  foreach name in array array[
    'telegram_ticket', 'telegram_take', 'telegram_assign', 'telegram_mute', 'telegram_save_canned', 'telegram_post',
    'telegram_create_ticket', 'telegram_users', 'telegram_staff', 'telegram_consume']
  loop
    execute format('revoke execute on function public.%I from public, anon, authenticated', name);
    execute format('grant execute on function public.%I to service_role', name);
  end loop;
end
$$;
