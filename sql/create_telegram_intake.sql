-- Trivet: the Telegram bridge. The functions by which the bot takes what staff write in Telegram into the desk, and
-- by which their accounts are linked. Runs after create_telegram_outbox.sql; running it again changes nothing.

-- Whose topic, or whose mirrored message, an update is about; null when it is neither.
create or replace function private.telegram_ticket_of(chat_id bigint, thread_id bigint, telegram_message_id bigint)
returns uuid
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return coalesce(
    (select t.ticket_id from public.telegram_topics t
      where t.chat_id = telegram_ticket_of.chat_id and t.thread_id = telegram_ticket_of.thread_id),
    (select p.ticket_id from public.telegram_messages p
      where p.chat_id = telegram_ticket_of.chat_id and p.telegram_message_id = telegram_ticket_of.telegram_message_id
        and telegram_ticket_of.thread_id is null
        -- A reply to a colleague's note or command is talk among staff.
        and (p.direction = 'out' or p.message_id is not null)
      limit 1));
end
$$;
comment on function private.telegram_ticket_of is
  'The ticket whose topic (thread_id) or mirrored message (telegram_message_id) it is; null when it is neither. No errors.';

-- The staff profile behind a Telegram account; null when it isn't linked or no longer staff's.
create or replace function private.telegram_profile(telegram_user_id bigint) returns public.profiles
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return (
    select p from public.telegram_links l join public.profiles p on p.id = l.profile_id
    where l.telegram_user_id = telegram_profile.telegram_user_id and p.role = 'admin');
end
$$;
comment on function private.telegram_profile is
  'The staff profile behind a Telegram account; a row of nulls when it is not linked or no longer staffs. No errors.';

-- What the bot must know before it answers or fetches a file: the ticket (null: not a ticket's place), the staff
-- profile behind the account, and whether this very message is in the desk already.
create or replace function public.telegram_context(
  chat_id bigint, thread_id bigint, telegram_message_id bigint, reply_to bigint, telegram_user_id bigint
) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return jsonb_build_object(
    'ticket', private.telegram_ticket_json(private.telegram_ticket_of(
      telegram_context.chat_id, telegram_context.thread_id, telegram_context.reply_to)),
    'profile', (select jsonb_build_object('id', p.id, 'nickname', p.nickname)
      from private.telegram_profile(telegram_context.telegram_user_id) p where p.id is not null),
    'known', exists (
      select from public.telegram_messages m
      where m.chat_id = telegram_context.chat_id and m.telegram_message_id = telegram_context.telegram_message_id
        and m.direction = 'in' and m.message_id is not null));
end
$$;
comment on function public.telegram_context is
  'For the bot: {ticket, profile, known}: the ticket an update is about, the staff profile behind the account, and whether the updates message is in the desk already. No errors.';

-- Takes a staff member's Telegram message into the desk, once. A later part of an album adds its files to the
-- album's message, however late it comes: the bot derives the same message_id from the album's id.
-- Returns {outcome: 'stored' | 'duplicate' | 'no_ticket' | 'not_linked', ticket_id, message_id}.
create or replace function public.telegram_receive(
  chat_id bigint, thread_id bigint, telegram_message_id bigint, telegram_user_id bigint, message_id uuid, body text,
  attachments jsonb default '[]', reply_to bigint default null, media_group_id text default null,
  linked_only boolean default false
) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  ticket uuid;
  staff public.profiles;
  quoted uuid;
  stored public.ticket_messages;
begin
  perform set_config('trivet.origin', 'telegram', true);
  ticket := private.telegram_ticket_of(telegram_receive.chat_id, telegram_receive.thread_id, telegram_receive.reply_to);
  if ticket is null then
    return jsonb_build_object('outcome', 'no_ticket');
  end if;
  -- Two deliveries of one update wait here for each other.
  perform from public.tickets t where t.id = ticket for update;
  if exists (
    select from public.telegram_messages m where m.chat_id = telegram_receive.chat_id
      and m.telegram_message_id = telegram_receive.telegram_message_id and m.direction = 'in'
  ) then
    return jsonb_build_object('outcome', 'duplicate', 'ticket_id', ticket);
  end if;
  staff := private.telegram_profile(telegram_receive.telegram_user_id);
  if telegram_receive.linked_only and staff.id is null then
    return jsonb_build_object('outcome', 'not_linked', 'ticket_id', ticket);
  end if;

  select m.* into stored from public.ticket_messages m
    where m.id = telegram_receive.message_id and m.ticket_id = ticket;
  if found then
    perform private.attach(stored.id, ticket, 'telegram', telegram_receive.attachments,
      (select coalesce(max(x.position) + 1, 0)::integer from public.ticket_attachments x where x.message_id = stored.id));
    update public.ticket_messages m
      set message = concat_ws(E'\n', nullif(m.message, ''), nullif(telegram_receive.body, ''))
      where m.id = stored.id;
  else
    select p.message_id into quoted from public.telegram_messages p
      where p.chat_id = telegram_receive.chat_id and p.telegram_message_id = telegram_receive.reply_to
        and p.ticket_id = ticket and p.message_id is not null
      order by p.created_at desc, p.part desc limit 1;
    stored := private.post_message(
      ticket, telegram_receive.message_id, staff.id, true, 'telegram', staff.nickname, telegram_receive.body,
      telegram_receive.attachments, quoted);
  end if;

  insert into public.telegram_messages
    (chat_id, telegram_message_id, ticket_id, message_id, direction, role, part, media_group_id)
  values (
    telegram_receive.chat_id, telegram_receive.telegram_message_id, ticket, stored.id, 'in',
    case when telegram_receive.attachments = '[]'::jsonb then 'text' else 'file' end,
    (select count(*) from public.telegram_messages m where m.message_id = stored.id)::smallint,
    telegram_receive.media_group_id);
  return jsonb_build_object('outcome', 'stored', 'ticket_id', ticket, 'message_id', stored.id);
end
$$;
comment on function public.telegram_receive is
  'For the bot: takes a staff members Telegram message into the desk, once. {outcome: stored | duplicate | no_ticket | not_linked, ticket_id, message_id}. Errors: those of send_message for staff.';

-- Carries a staff member's edit over.
-- Returns {outcome: 'stored' | 'unchanged' | 'line' | 'unknown'}; line: the original was a note, or meant for the bot;
-- unknown: the original hasn't come yet, or isn't ours.
create or replace function public.telegram_receive_edit(chat_id bigint, telegram_message_id bigint, body text)
returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  shown public.telegram_messages;
  current text;
begin
  perform set_config('trivet.origin', 'telegram', true);
  select m.* into shown from public.telegram_messages m
    where m.chat_id = telegram_receive_edit.chat_id
      and m.telegram_message_id = telegram_receive_edit.telegram_message_id and m.direction = 'in';
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if shown.message_id is null then
    return jsonb_build_object('outcome', 'line', 'ticket_id', shown.ticket_id);
  end if;
  select m.message into current from public.ticket_messages m where m.id = shown.message_id;
  if current is not distinct from telegram_receive_edit.body then
    return jsonb_build_object('outcome', 'unchanged', 'ticket_id', shown.ticket_id);
  end if;
  perform private.edit_message_as(shown.message_id, telegram_receive_edit.body);
  return jsonb_build_object('outcome', 'stored', 'ticket_id', shown.ticket_id, 'message_id', shown.message_id);
end
$$;
comment on function public.telegram_receive_edit is
  'For the bot: carries an edit over. {outcome: stored | unchanged | line | unknown}; line: the original was not for the user; unknown: it has not come yet. Errors: those of edit_message for staff.';

-- Deletes the staff message that a Telegram message shows, everywhere: its Telegram copies go through the outbox.
-- Returns {outcome: 'deleted' | 'not_staff' | 'unknown'}.
create or replace function public.telegram_delete(chat_id bigint, telegram_message_id bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  target public.ticket_messages;
begin
  select m.* into target
    from public.telegram_messages p join public.ticket_messages m on m.id = p.message_id
    where p.chat_id = telegram_delete.chat_id and p.telegram_message_id = telegram_delete.telegram_message_id
    order by p.part desc limit 1;
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if not target.is_admin then
    return jsonb_build_object('outcome', 'not_staff');
  end if;
  if target.deleted_at is null then
    perform private.delete_message_as(target.id);
  end if;
  return jsonb_build_object('outcome', 'deleted');
end
$$;
comment on function public.telegram_delete is
  'For the bot: deletes the staff message that a Telegram message shows. {outcome: deleted | not_staff | unknown}. Errors: those of delete_message for staff.';

-- Closes or reopens a ticket for a staff member in Telegram.
-- Returns {changed, ticket}: changed is false when it was in that state already.
create or replace function public.telegram_set_status(ticket_id uuid, status text, telegram_user_id bigint)
returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  before text;
  after public.tickets;
begin
  perform set_config('trivet.origin', 'telegram', true);
  select t.status into before from public.tickets t where t.id = telegram_set_status.ticket_id for update;
  if (before = 'closed') = (telegram_set_status.status = 'closed') then
    -- Shows Telegram the state once more: somebody may have closed or opened the topic by hand.
    perform private.enqueue_telegram(
      telegram_set_status.ticket_id, 'state', 'state:' || telegram_set_status.ticket_id, 1);
    return jsonb_build_object('changed', false, 'ticket', private.telegram_ticket_json(telegram_set_status.ticket_id));
  end if;
  after := private.change_ticket_status(
    telegram_set_status.ticket_id, telegram_set_status.status,
    (private.telegram_profile(telegram_set_status.telegram_user_id)).id, true, 'telegram');
  return jsonb_build_object('changed', true, 'ticket', private.telegram_ticket_json(after.id));
end
$$;
comment on function public.telegram_set_status is
  'For the bot: closes (closed) or reopens (open) a ticket. {changed, ticket}; changed is false when it was so already. Errors: those of set_ticket_status.';

-- Adds a staff note from Telegram, once for each Telegram message. `author_name` is the account's name there: notes
-- are for staff only.
create or replace function public.telegram_note(
  ticket_id uuid, chat_id bigint, telegram_message_id bigint, telegram_user_id bigint, author_name text, note text
) returns void
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  staff public.profiles := private.telegram_profile(telegram_note.telegram_user_id);
begin
  insert into public.telegram_messages (chat_id, telegram_message_id, ticket_id, direction, role)
  values (telegram_note.chat_id, telegram_note.telegram_message_id, telegram_note.ticket_id, 'in', 'line')
  on conflict do nothing;
  if found then
    perform private.add_note_as(
      telegram_note.ticket_id, staff.id, coalesce(staff.nickname, telegram_note.author_name), telegram_note.note,
      'telegram');
  end if;
end
$$;
comment on function public.telegram_note is
  'For the bot: adds a staff note, once for each Telegram message; gives nothing. Errors: those of add_note.';

-- Open and answered tickets, the longest waiting first, with where they are in the group; `query` narrows by
-- subject, nickname, e-mail, Member ID or number. Returns {total, tickets: [{…ticket, chat_id, thread_id}]}.
create or replace function public.telegram_tickets(query text default null, first integer default 0, size integer default 10)
returns jsonb
language sql stable security definer set search_path = '' as $$
  with found as (
    select t.id, t.status, t.last_message_at, p.chat_id, p.thread_id
    from public.tickets t
    join public.profiles u on u.id = t.user_id
    left join public.telegram_topics p on p.ticket_id = t.id
    where case
      when telegram_tickets.query is null then t.status <> 'closed' and t.archived_at is null
      else position(lower(telegram_tickets.query) in lower(concat_ws(' ', t.subject, u.nickname, u.email, u.member_id))) > 0
        or t.number::text = ltrim(telegram_tickets.query, '#')
    end)
  select jsonb_build_object(
    'total', (select count(*) from found),
    'tickets', coalesce((
      select jsonb_agg(private.telegram_ticket_json(f.id)
        || jsonb_build_object('chat_id', f.chat_id, 'thread_id', f.thread_id)
        order by f.status = 'open' desc, f.last_message_at)
      from (select * from found order by status = 'open' desc, last_message_at
        offset telegram_tickets.first limit telegram_tickets.size) f), '[]'::jsonb))
$$;
comment on function public.telegram_tickets is
  'For the bot: {total, tickets}: a page of size tickets from first on, open ones when query is null, else all that match. No errors.';

-- How the desk is doing: tickets by state, today's, and the median minutes to the first answer over 30 days.
create or replace function public.telegram_stats() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'open', (select count(*) from public.tickets t where t.status = 'open' and t.archived_at is null),
    'answered', (select count(*) from public.tickets t where t.status = 'answered' and t.archived_at is null),
    'today', (select count(*) from public.tickets t where t.created_at > now() - interval '1 day'),
    'closed_today', (select count(*) from public.tickets t where t.closed_at > now() - interval '1 day'),
    'first_answer_minutes', (
      select percentile_cont(0.5) within group (order by extract(epoch from a.at - t.created_at) / 60)
      from public.tickets t
      cross join lateral (
        select min(m.created_at) as at from public.ticket_messages m
        where m.ticket_id = t.id and m.is_admin and m.source <> 'system') a
      where t.created_at > now() - interval '30 days' and a.at is not null))
$$;
comment on function public.telegram_stats is
  'For the bot: {open, answered, today, closed_today, first_answer_minutes}; the minutes are a median over 30 days, null without answers. No errors.';


-- Accounts and sessions ----------------------------------------------------------------------------------------------

-- For staff in the panel: a code that binds the Telegram account which sends it to the bot within ten minutes.
create or replace function public.create_telegram_link_code() returns text
language plpgsql security definer set search_path = '' as $$
declare
  caller public.profiles := private.staff_caller();
  code text := upper(substr(replace(gen_random_uuid()::text, '-', ''), 1, 10));
begin
  delete from public.telegram_link_codes c where c.profile_id = caller.id or c.expires_at < now();
  insert into public.telegram_link_codes (code_hash, profile_id, expires_at)
  values (encode(sha256(code::bytea), 'hex'), caller.id, now() + interval '10 minutes');
  return code;
end
$$;
comment on function public.create_telegram_link_code is
  'For staff: a new code that links one Telegram account within ten minutes; it replaces an earlier one. Errors: those of private.staff_caller.';

-- Binds an account with a code. Returns the profile's nickname, or null when the code is wrong, used or old.
create or replace function public.telegram_link(code text, telegram_user_id bigint) returns text
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  owner uuid;
begin
  delete from public.telegram_link_codes c
    where c.code_hash = encode(sha256(upper(trim(telegram_link.code))::bytea), 'hex') and c.expires_at > now()
    returning c.profile_id into owner;
  if owner is null then
    return null;
  end if;
  insert into public.telegram_links (telegram_user_id, profile_id) values (telegram_link.telegram_user_id, owner)
  on conflict (telegram_user_id) do update set profile_id = excluded.profile_id, created_at = now();
  return (select p.nickname from public.profiles p where p.id = owner);
end
$$;
comment on function public.telegram_link is
  'For the bot: links an account by a code; the profiles nickname, null when the code is wrong, used or old. No errors.';

-- For staff in the panel: unbinds all Telegram accounts of their own.
create or replace function public.unlink_telegram() returns void
language plpgsql security definer set search_path = '' as $$
declare
  caller public.profiles := private.staff_caller();
begin
  delete from public.telegram_links l where l.profile_id = caller.id;
end
$$;
comment on function public.unlink_telegram is
  'For staff: unlinks all Telegram accounts of their own; gives nothing. Errors: those of private.staff_caller.';

-- Who may call what: the bot (secret key) its functions, signed-in people those that ask for staff, nobody else any.
do $$
declare
  name text;
begin
  foreach name in array array[
    'telegram_context', 'telegram_receive', 'telegram_receive_edit', 'telegram_delete', 'telegram_set_status',
    'telegram_note', 'telegram_tickets', 'telegram_stats', 'telegram_link'
  ] loop
    execute format('revoke all on function public.%I from public, anon, authenticated', name);
    execute format('grant execute on function public.%I to service_role', name);
  end loop;
end
$$;
revoke all on function public.create_telegram_link_code(), public.unlink_telegram() from public, anon;
grant execute on function public.create_telegram_link_code(), public.unlink_telegram() to authenticated;
revoke all on function private.telegram_ticket_of(bigint, bigint, bigint), private.telegram_profile(bigint)
  from public, anon, authenticated;
