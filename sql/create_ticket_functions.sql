-- Trivet: the functions through which browsers write, and archiving. Re-runnable.
--
--   1. what all of them share      4. profile and typing
--   2. posting and changing        5. staff
--   3. a ticket's state            6. archiving      7. who may call what
--
-- Errors: SQLSTATE PT<http status>, `details` holds the code (core/errors.ts). Every function checks who asks.


-- 1. What all of them share ------------------------------------------------------------------------------------------

create or replace function private.caller()
returns public.profiles language plpgsql stable security definer set search_path = '' as $$
declare
  profile public.profiles;
begin
  if auth.uid() is null then
    perform private.fail(401, 'not_signed_in', 'Nobody is signed in.', 'Sign in and try again.');
  end if;
  select * into profile from public.profiles p where p.id = auth.uid();
  if profile.id is null then
    perform private.fail(401, 'account_gone', 'This account no longer exists.', 'Sign in with another account.');
  end if;
  return profile;
end
$$;
comment on function private.caller is 'The caller''s profile. Errors: 401 not_signed_in, account_gone.';

create or replace function private.staff_caller()
returns public.profiles language plpgsql stable security definer set search_path = '' as $$
declare
  profile public.profiles := private.caller();
begin
  if profile.role <> 'admin' then
    perform private.fail(403, 'not_staff', 'Only staff may do this.', 'Ask an administrator to make you one.');
  end if;
  return profile;
end
$$;
comment on function private.staff_caller is 'The caller''s profile, when they are staff. Errors: those of private.caller, 403 not_staff.';

create or replace function private.lock_ticket(ticket_id uuid, caller public.profiles)
returns public.tickets language plpgsql security definer set search_path = '' as $$
declare
  ticket public.tickets;
begin
  select * into ticket from public.tickets t
    where t.id = lock_ticket.ticket_id and (t.user_id = caller.id or caller.role = 'admin')
    for update;
  if ticket.id is null then
    perform private.fail(404, 'ticket_not_found', 'There is no such ticket.', 'Go back to your list of tickets.');
  end if;
  return ticket;
end
$$;
comment on function private.lock_ticket is
  'The ticket, locked, when the caller may see it. A foreign ticket is "not found": its existence is nobody''s business. Errors: 404 ticket_not_found.';

create or replace function private.lock_any_ticket(ticket_id uuid)
returns public.tickets language plpgsql security definer set search_path = '' as $$
declare
  ticket public.tickets;
begin
  select * into ticket from public.tickets t where t.id = lock_any_ticket.ticket_id for update;
  if ticket.id is null then
    perform private.fail(404, 'ticket_not_found', 'There is no such ticket.', 'Go back to the list of tickets.');
  end if;
  return ticket;
end
$$;
comment on function private.lock_any_ticket is
  'The ticket, locked, whoever asks: who may is the caller''s business. Errors: 404 ticket_not_found.';

create or replace function private.lock_message(message_id uuid, caller public.profiles)
returns public.ticket_messages language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  message public.ticket_messages;
  ticket public.tickets;
begin
  select t.* into ticket from public.tickets t join public.ticket_messages m on m.ticket_id = t.id
    where m.id = message_id and m.source <> 'system' and (t.user_id = caller.id or caller.role = 'admin')
    for update of t;
  if ticket.id is null then
    perform private.fail(404, 'message_not_found', 'There is no such message.', 'Reload the conversation.');
  end if;
  if ticket.archived_at is not null then
    perform private.fail(409, 'ticket_archived', 'The ticket is archived.', 'Open a new ticket.');
  end if;
  -- Read only now: it may have been changed while the ticket's lock was waited for.
  select * into message from public.ticket_messages m where m.id = message_id;
  return message;
end
$$;
comment on function private.lock_message is
  'A message that somebody wrote, its ticket locked, when the caller may see it. Errors: 404 message_not_found; 409 ticket_archived.';

create or replace function private.acts_as_staff(caller public.profiles, ticket public.tickets)
returns boolean language plpgsql immutable set search_path = '' as $$
begin
  return caller.role = 'admin' and caller.id <> ticket.user_id;
end
$$;
comment on function private.acts_as_staff is 'Staff who open a ticket of their own are its user there.';

create or replace function private.limit_messages(caller public.profiles, message_id uuid)
returns void language plpgsql security definer set search_path = '' as $$
declare
  allowed integer := (select s.messages_per_minute from private.settings s);
begin
  -- Two requests at once must not both see the last free place.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('trivet:user:' || caller.id::text, 0));
  if caller.role = 'admin' or exists (
    select 1 from public.ticket_messages m where m.id = limit_messages.message_id and m.user_id = caller.id
  ) then
    return;
  end if;
  if (select count(*) from public.ticket_messages m
      where m.user_id = caller.id and m.created_at > pg_catalog.clock_timestamp() - interval '1 minute') >= allowed then
    perform private.fail(429, 'too_many_messages',
      pg_catalog.format('No more than %s messages a minute.', allowed), 'Wait a minute and send it again.');
  end if;
end
$$;
comment on function private.limit_messages is
  'Makes the caller''s requests wait for each other, and refuses a message too many. Staff aren''t limited, and a retry of what is already in is no new message. Errors: 429 too_many_messages.';

create table if not exists private.change_counts (
  user_id uuid primary key references public.profiles (id) on delete cascade,
  since timestamptz not null,
  changes integer not null
);
comment on table private.change_counts is 'How many changes a user has made in the minute that began at `since`; private.limit_changes keeps it.';
alter table private.change_counts enable row level security;

create or replace function private.limit_changes(caller public.profiles)
returns void language plpgsql security definer set search_path = '' as $$
declare
  allowed integer := (select s.messages_per_minute from private.settings s);
  moment timestamptz := pg_catalog.clock_timestamp();
  counted integer;
begin
  if caller.role = 'admin' then
    return;
  end if;
  -- What is refused, here or later, is rolled back and so isn't counted.
  insert into private.change_counts as c (user_id, since, changes) values (caller.id, moment, 1)
    on conflict (user_id) do update set
      since = case when c.since > moment - interval '1 minute' then c.since else moment end,
      changes = case when c.since > moment - interval '1 minute' then c.changes + 1 else 1 end
    returning changes into counted;
  if counted > allowed then
    perform private.fail(429, 'too_many_changes',
      pg_catalog.format('No more than %s changes a minute.', allowed), 'Wait a minute and try again.');
  end if;
end
$$;
comment on function private.limit_changes is
  'Refuses a change too many (an edit, a reaction, a new name, a typing flag up and down): each is an event to everybody who looks or work for the bridge, so a user has as many a minute as messages. Where a ticket is locked, call it after that. Staff aren''t limited. Errors: 429 too_many_changes.';

create or replace function private.checked_text(body text, allowed integer, empty_code text, long_code text, may_be_empty boolean)
returns text language plpgsql set search_path = '' as $$
declare
  trimmed text := pg_catalog.btrim(coalesce(body, ''), E' \t\r\n');
begin
  if private.is_blank(trimmed) then
    if not may_be_empty then
      perform private.fail(422, empty_code, 'There is no text.', 'Write something.');
    end if;
    return '';
  end if;
  if pg_catalog.char_length(trimmed) > allowed then
    perform private.fail(422, long_code,
      pg_catalog.format('The text is %s characters long; %s are allowed.', pg_catalog.char_length(trimmed), allowed),
      'Make it shorter, or attach it as a file.');
  end if;
  return trimmed;
end
$$;
comment on function private.checked_text is 'The text without white space around it. Errors: 422 with the code given for empty and for too long.';

create or replace function private.checked_subject(subject text)
returns text language plpgsql set search_path = '' as $$
declare
  line text := private.single_line(subject);
  allowed integer := (select s.subject_length from private.settings s);
begin
  if private.is_blank(line) then
    perform private.fail(422, 'subject_empty', 'The subject is empty.', 'Say in a few words what it is about.');
  end if;
  if pg_catalog.char_length(line) > allowed then
    perform private.fail(422, 'subject_too_long',
      pg_catalog.format('The subject is %s characters long; %s are allowed.', pg_catalog.char_length(line), allowed),
      'Make it shorter; the message itself may be longer.');
  end if;
  return line;
end
$$;
comment on function private.checked_subject is 'The subject as one line. Errors: 422 subject_empty, subject_too_long.';


-- 2. Posting and changing --------------------------------------------------------------------------------------------

create or replace function private.attach(message_id uuid, ticket_id uuid, folder text, attachments jsonb, first_position integer)
returns integer language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  settings private.settings;
  files integer;
  file record;
begin
  if attachments is null or pg_catalog.jsonb_typeof(attachments) = 'null' then
    return 0;
  end if;
  select * into settings from private.settings;
  if pg_catalog.jsonb_typeof(attachments) <> 'array' then
    perform private.fail(422, 'attachments_invalid', 'attachments must be an array.', 'Send [] or [{"file_path", "file_name", …}].');
  end if;
  files := pg_catalog.jsonb_array_length(attachments);
  if first_position + files > settings.attachments_per_message then
    perform private.fail(422, 'attachments_too_many',
      pg_catalog.format('A message holds %s files at most.', settings.attachments_per_message), 'Send the rest in another message.');
  end if;
  for file in
    select
      (a.value ->> 'file_path') as path,
      pg_catalog.left(pg_catalog.regexp_replace(private.single_line(a.value ->> 'file_name'), '^.*[/\\]', ''), settings.file_name_length) as name,
      case when (a.value ->> 'width') ~ '^[1-9]\d{0,4}$' then (a.value ->> 'width')::integer end as width,
      case when (a.value ->> 'height') ~ '^[1-9]\d{0,4}$' then (a.value ->> 'height')::integer end as height,
      first_position + a.ordinality - 1 as position,
      o.id as object_id,
      -- Size and type as storage measured them: what the client says of its file isn't believed.
      coalesce((o.metadata ->> 'size')::bigint, 0) as size,
      coalesce(o.metadata ->> 'mimetype', 'application/octet-stream') as type
    from pg_catalog.jsonb_array_elements(attachments) with ordinality as a (value, ordinality)
    left join storage.objects o on o.bucket_id = 'ticket-attachments' and o.name = a.value ->> 'file_path'
    order by a.ordinality
  loop
    if coalesce(file.path, '') not like folder || '/' || message_id::text || '/%' then
      perform private.fail(403, 'attachment_not_yours', 'This file was not uploaded for this message.',
        'Upload it to <your id>/<message id>/ and name that path.');
    end if;
    if file.object_id is null then
      perform private.fail(422, 'attachment_not_found', 'A file has not been uploaded.', 'Upload it again.');
    end if;
    if file.size > settings.attachment_bytes then
      perform private.fail(413, 'attachment_too_large',
        pg_catalog.format('A file may have %s bytes.', settings.attachment_bytes), 'Send a smaller one.');
    end if;
    insert into public.ticket_attachments (message_id, ticket_id, file_path, file_name, file_type, file_size, width, height, position)
      values (message_id, ticket_id, file.path, coalesce(private.visible_line(file.name), 'file'), file.type, file.size, file.width, file.height, file.position)
      on conflict (file_path) do nothing;
  end loop;
  return files;
end
$$;
comment on function private.attach is
  'Lists uploaded files under a message, from position `first_position` on; gives their number. Errors: 422 attachments_invalid, attachments_too_many, attachment_not_found; 403 attachment_not_yours; 413 attachment_too_large.';

create or replace function private.post_message(
  ticket_id uuid, message_id uuid, author_id uuid, from_staff boolean, source text, sender_name text,
  body text, attachments jsonb, reply_to uuid)
returns public.ticket_messages language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  ticket public.tickets;
  posted public.ticket_messages;
  files integer;
begin
  if message_id is null then
    perform private.fail(422, 'message_id_missing', 'message_id is missing.', 'Choose a uuid for the message.');
  end if;
  ticket := private.lock_any_ticket(ticket_id);

  select * into posted from public.ticket_messages m where m.id = message_id;
  if posted.id is not null then
    if posted.ticket_id = ticket_id and posted.is_admin = from_staff and posted.user_id is not distinct from author_id then
      return posted;
    end if;
    perform private.fail(409, 'message_id_taken', 'Another message has this id.', 'Choose a new uuid.');
  end if;

  if ticket.archived_at is not null then
    perform private.fail(409, 'ticket_archived', 'The ticket is archived.', 'Open a new ticket.');
  end if;
  if ticket.status = 'closed' then
    perform private.fail(409, 'ticket_closed', 'The ticket is closed.', 'Reopen it first.');
  end if;
  if reply_to is not null and not exists (
    select 1 from public.ticket_messages m where m.id = reply_to and m.ticket_id = ticket.id and m.source <> 'system'
  ) then
    perform private.fail(422, 'reply_not_found', 'The message you answer is not in this ticket.', 'Answer another one, or none.');
  end if;

  files := private.attach(
    message_id, ticket.id, case when source = 'telegram' then 'telegram' else author_id::text end, attachments, 0);
  insert into public.ticket_messages (id, ticket_id, user_id, message, is_admin, source, sender_name, reply_to)
    values (
      message_id, ticket.id, author_id,
      private.checked_text(body, (select s.message_length from private.settings s), 'message_empty', 'message_too_long', files > 0),
      from_staff, source, sender_name, reply_to)
    on conflict (id) do nothing
    returning * into posted;
  if posted.id is null then
    -- Somebody put it into another ticket meanwhile, whose lock isn't ours.
    perform private.fail(409, 'message_id_taken', 'Another message has this id.', 'Choose a new uuid.');
  end if;
  return posted;
end
$$;
comment on function private.post_message is
  'Puts a message and its files into a ticket, in one transaction; the same message_id of the same author again gives what the first call made. Who may call is the caller''s business. Errors: 404 ticket_not_found; 409 message_id_taken, ticket_archived, ticket_closed; 422 message_id_missing, message_empty, message_too_long, reply_not_found; those of private.attach.';

create or replace function private.edit_message_as(message_id uuid, body text)
returns public.ticket_messages language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  message public.ticket_messages;
  checked text;
begin
  -- The ticket's lock first, as everywhere, so that the order of changes is the order of locks.
  perform 1 from public.tickets t
    where t.id = (select m.ticket_id from public.ticket_messages m where m.id = message_id) for update;
  select * into message from public.ticket_messages m where m.id = message_id and m.source <> 'system' for update;
  if message.id is null then
    perform private.fail(404, 'message_not_found', 'There is no such message.', 'Reload the conversation.');
  end if;
  if message.deleted_at is not null then
    perform private.fail(409, 'message_deleted', 'The message is deleted.', 'Write a new one.');
  end if;
  checked := private.checked_text(
    body, (select s.message_length from private.settings s), 'message_empty', 'message_too_long',
    exists (select 1 from public.ticket_attachments a where a.message_id = message.id));
  if checked <> message.message then
    update public.ticket_messages m set message = checked, edited_at = pg_catalog.clock_timestamp()
      where m.id = message_id returning * into message;
  end if;
  return message;
end
$$;
comment on function private.edit_message_as is
  'Rewrites a message; the same text again changes nothing. Errors: 404 message_not_found; 409 message_deleted; 422 message_empty, message_too_long.';

create or replace function private.delete_message_as(message_id uuid)
returns public.ticket_messages language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  message public.ticket_messages;
begin
  perform 1 from public.tickets t
    where t.id = (select m.ticket_id from public.ticket_messages m where m.id = message_id) for update;
  update public.ticket_messages m set deleted_at = pg_catalog.clock_timestamp(), message = ''
    where m.id = message_id and m.source <> 'system' and m.deleted_at is null
    returning * into message;
  if message.id is null then
    select * into message from public.ticket_messages m where m.id = message_id and m.source <> 'system';
  end if;
  if message.id is null then
    perform private.fail(404, 'message_not_found', 'There is no such message.', 'Reload the conversation.');
  end if;
  return message;
end
$$;
comment on function private.delete_message_as is
  'Deletes softly: the row stays (a real DELETE passes realtime by row level security), its text goes and its files can''t be read. Twice is once. Errors: 404 message_not_found.';

create or replace function private.own_message(message_id uuid)
returns public.ticket_messages language plpgsql security definer set search_path = '' as $$
declare
  caller public.profiles := private.caller();
  message public.ticket_messages := private.lock_message(own_message.message_id, caller);
begin
  if message.user_id is distinct from caller.id then
    perform private.fail(403, 'not_your_message', 'Somebody else wrote this message.', 'You can change your own messages only.');
  end if;
  if not message.is_admin
    and message.created_at < pg_catalog.clock_timestamp() - (select s.edit_window from private.settings s) then
    perform private.fail(403, 'edit_window_over',
      pg_catalog.format('A message can be changed for %s minutes.',
        (select extract(epoch from s.edit_window)::integer / 60 from private.settings s)),
      'Write a new one.');
  end if;
  return message;
end
$$;
comment on function private.own_message is
  'The message, its ticket locked, when the caller may change it now: their own, users for a while, staff any time. Errors: those of private.caller and private.lock_message; 403 not_your_message, edit_window_over.';

create or replace function public.create_ticket(subject text, message_id uuid, message text, attachments jsonb default '[]')
returns public.tickets language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  caller public.profiles := private.caller();
  settings private.settings;
  line text;
  ticket public.tickets;
begin
  select * into settings from private.settings;
  -- Two tabs, or a retry that overtakes its first try, wait for each other here.
  perform private.limit_messages(caller, message_id);
  select t.* into ticket from public.tickets t join public.ticket_messages m on m.ticket_id = t.id
    where m.id = message_id and m.user_id = caller.id and t.user_id = caller.id;
  if ticket.id is not null then
    return ticket;
  end if;
  line := private.checked_subject(subject);
  if caller.role <> 'admin' and (select count(*) from public.tickets t
      where t.user_id = caller.id and t.created_at > pg_catalog.now() - interval '1 day') >= settings.tickets_per_day then
    perform private.fail(429, 'too_many_tickets',
      pg_catalog.format('No more than %s tickets a day.', settings.tickets_per_day), 'Write in one of your open tickets.');
  end if;
  insert into public.tickets (user_id, subject) values (caller.id, line) returning * into ticket;
  perform private.post_message(ticket.id, message_id, caller.id, false, 'cabinet', caller.nickname, message, attachments, null);
  select * into ticket from public.tickets t where t.id = ticket.id;
  return ticket;
end
$$;
comment on function public.create_ticket is
  'Opens a ticket with its first message. In: subject (one line), message_id (a uuid the client chooses), message, attachments [{file_path, file_name, file_type, file_size, width, height}] uploaded before. Out: the ticket; the same message_id again gives the same ticket. Errors: 422 subject_empty, subject_too_long; 429 too_many_tickets, too_many_messages; those of private.post_message.';

create or replace function public.send_message(
  ticket_id uuid, message_id uuid, message text, attachments jsonb default '[]', reply_to uuid default null)
returns public.ticket_messages language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  caller public.profiles := private.caller();
  ticket public.tickets;
  from_staff boolean;
begin
  perform private.limit_messages(caller, message_id);
  ticket := private.lock_ticket(ticket_id, caller);
  from_staff := private.acts_as_staff(caller, ticket);
  return private.post_message(
    ticket.id, message_id, caller.id, from_staff, case when from_staff then 'admin' else 'cabinet' end,
    caller.nickname, message, attachments, reply_to);
end
$$;
comment on function public.send_message is
  'Writes into a ticket, as its user or as staff. message_id is a uuid the client chooses; the same again gives the message the first call made. Errors: 404 ticket_not_found; 429 too_many_messages; those of private.post_message.';

create or replace function public.edit_message(message_id uuid, message text)
returns public.ticket_messages language plpgsql security definer set search_path = '' as $$
begin
  perform private.own_message(edit_message.message_id);
  perform private.limit_changes(private.caller());
  return private.edit_message_as(edit_message.message_id, edit_message.message);
end
$$;
comment on function public.edit_message is
  'Rewrites one''s own message. Errors: 429 too_many_changes; those of private.own_message and private.edit_message_as.';

create or replace function public.delete_message(message_id uuid)
returns public.ticket_messages language plpgsql security definer set search_path = '' as $$
begin
  perform private.own_message(delete_message.message_id);
  return private.delete_message_as(delete_message.message_id);
end
$$;
comment on function public.delete_message is
  'Deletes one''s own message. Errors: those of private.own_message and private.delete_message_as.';


-- 3. A ticket's state ------------------------------------------------------------------------------------------------

create or replace function private.change_ticket_status(ticket_id uuid, new_status text, actor_id uuid, by_staff boolean, source text)
returns public.tickets language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  ticket public.tickets;
  was_closed boolean;
begin
  if new_status is null or new_status not in ('open', 'answered', 'closed') then
    perform private.fail(422, 'status_unknown', 'There is no such status.', 'Choose open, answered or closed.');
  end if;
  ticket := private.lock_any_ticket(ticket_id);
  if ticket.status = new_status then
    return ticket;
  end if;
  if ticket.archived_at is not null and not by_staff then
    perform private.fail(409, 'ticket_archived', 'The ticket is archived.', 'Open a new ticket.');
  end if;
  was_closed := ticket.status = 'closed';
  update public.tickets t set
    status = new_status,
    closed_at = case when new_status = 'closed' then pg_catalog.clock_timestamp() end,
    closed_by = case when new_status = 'closed' then actor_id end,
    archived_at = null,
    is_typing = t.is_typing and new_status <> 'closed',
    staff_is_typing = t.staff_is_typing and new_status <> 'closed'
    where t.id = ticket_id returning * into ticket;
  if was_closed or new_status = 'closed' then
    insert into public.ticket_messages (id, ticket_id, user_id, is_admin, source, event, is_read)
      values (pg_catalog.gen_random_uuid(), ticket.id, actor_id, by_staff, 'system',
        case when new_status = 'closed' then 'closed' else 'reopened' end, true);
  end if;
  return ticket;
end
$$;
comment on function private.change_ticket_status is
  'Moves a ticket to a status and writes the line about it into the thread; the status it has already changes nothing. `source` says where from (cabinet, admin, telegram), for the bridge. Errors: 404 ticket_not_found; 409 ticket_archived (users only); 422 status_unknown.';

create or replace function private.change_status_as_caller(ticket_id uuid, new_status text, caller public.profiles)
returns public.tickets language plpgsql security definer set search_path = '' as $$
declare
  ticket public.tickets := private.lock_ticket(ticket_id, caller);
  by_staff boolean := private.acts_as_staff(caller, ticket);
begin
  return private.change_ticket_status(
    ticket.id, new_status, caller.id, by_staff, case when by_staff then 'admin' else 'cabinet' end);
end
$$;
comment on function private.change_status_as_caller is 'private.change_ticket_status in the caller''s name, when they may see the ticket.';

create or replace function public.close_ticket(ticket_id uuid)
returns public.tickets language plpgsql security definer set search_path = '' as $$
begin
  return private.change_status_as_caller(close_ticket.ticket_id, 'closed', private.caller());
end
$$;
comment on function public.close_ticket is
  'Closes a ticket, by either side; closing twice is closing once. Errors: 404 ticket_not_found.';

create or replace function public.reopen_ticket(ticket_id uuid)
returns public.tickets language plpgsql security definer set search_path = '' as $$
declare
  caller public.profiles := private.caller();
  ticket public.tickets;
begin
  -- Each reopening is a line in the thread and work for the bridge, so it counts as a message.
  perform private.limit_messages(caller, null);
  ticket := private.lock_ticket(reopen_ticket.ticket_id, caller);
  if ticket.status <> 'closed' then
    return ticket;
  end if;
  return private.change_status_as_caller(ticket.id, 'open', caller);
end
$$;
comment on function public.reopen_ticket is
  'Reopens a closed ticket; staff even an archived one. Errors: 404 ticket_not_found; 409 ticket_archived; 429 too_many_messages.';

create or replace function public.mark_ticket_read(ticket_id uuid)
returns public.tickets language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  caller public.profiles := private.caller();
  ticket public.tickets := private.lock_ticket(ticket_id, caller);
  as_staff boolean := private.acts_as_staff(caller, ticket);
begin
  if (as_staff and ticket.unread_count = 0) or (not as_staff and ticket.user_unread_count = 0) then
    return ticket;
  end if;
  update public.ticket_messages m set is_read = true, read_at = pg_catalog.clock_timestamp()
    where m.ticket_id = ticket.id and m.is_admin <> as_staff and not m.is_read;
  update public.tickets t set
    unread_count = case when as_staff then 0 else t.unread_count end,
    user_unread_count = case when as_staff then t.user_unread_count else 0 end
    where t.id = ticket.id returning * into ticket;
  return ticket;
end
$$;
comment on function public.mark_ticket_read is
  'Marks what the other side wrote as read and clears the caller''s counter. Errors: 404 ticket_not_found.';


-- 4. Profile and typing ----------------------------------------------------------------------------------------------

create or replace function public.set_typing(ticket_id uuid, typing boolean)
returns void language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  caller public.profiles := private.caller();
  ticket public.tickets := private.lock_ticket(ticket_id, caller);
  moment timestamptz := pg_catalog.clock_timestamp();
begin
  if ticket.status = 'closed' or ticket.archived_at is not null then
    return;
  end if;
  -- A flag that is fresh already, or down already, isn't written again: each write is an event to everybody who looks.
  if private.acts_as_staff(caller, ticket) then
    if typing and (not ticket.staff_is_typing or ticket.staff_typing_at < moment - interval '1 second') then
      update public.tickets t set staff_is_typing = true, staff_typing_at = moment, staff_typing_name = caller.nickname
        where t.id = ticket.id;
    elsif not typing and ticket.staff_is_typing then
      update public.tickets t set staff_is_typing = false where t.id = ticket.id;
    end if;
  else
    if typing and (not ticket.is_typing or ticket.typing_at < moment - interval '1 second') then
      -- Taken down and raised again at once: after a message by right, in a loop to flood everybody.
      if ticket.typing_at > moment - interval '1 second' then
        perform private.limit_changes(caller);
      end if;
      update public.tickets t set is_typing = true, typing_at = moment, typing_user_id = caller.id where t.id = ticket.id;
    elsif not typing and ticket.is_typing then
      update public.tickets t set is_typing = false where t.id = ticket.id;
    end if;
  end if;
end
$$;
comment on function public.set_typing is
  'Raises or lowers the caller''s typing flag: is_typing for the user, staff_is_typing for staff. Nothing on a closed ticket. Errors: 404 ticket_not_found; 429 too_many_changes, for a user who raises it again and again within a second.';

create or replace function public.update_profile(nickname text default null, avatar text default null, locale text default null)
returns public.profiles language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  caller public.profiles := private.caller();
  allowed integer := (select s.nickname_length from private.settings s);
  line text := private.single_line(nickname);
begin
  if nickname is not null and private.is_blank(line) then
    perform private.fail(422, 'nickname_empty', 'The nickname is empty.', 'Choose one of at least one character.');
  end if;
  if pg_catalog.char_length(line) > allowed then
    perform private.fail(422, 'nickname_too_long',
      pg_catalog.format('A nickname has %s characters at most.', allowed), 'Choose a shorter one.');
  end if;
  if locale is not null and locale not in ('ru', 'en') then
    perform private.fail(422, 'locale_unknown', 'There is no such language.', 'Choose ru or en.');
  end if;
  if avatar <> '' and not (
    avatar like caller.id::text || '/%'
    and exists (select 1 from storage.objects o where o.bucket_id = 'avatars' and o.name = avatar)
  ) then
    perform private.fail(422, 'avatar_invalid', 'This picture has not been uploaded.', 'Upload it to avatars/<your id>/ first.');
  end if;
  perform private.limit_changes(caller);
  update public.profiles p set
    nickname = case when update_profile.nickname is null then p.nickname else line end,
    avatar = case when update_profile.avatar is null then p.avatar else nullif(update_profile.avatar, '') end,
    locale = coalesce(update_profile.locale, p.locale)
    where p.id = caller.id returning * into caller;
  return caller;
end
$$;
comment on function public.update_profile is
  'Changes what is given of the caller''s own profile; null keeps, an empty avatar removes it. Errors: 422 nickname_empty, nickname_too_long, locale_unknown, avatar_invalid; 429 too_many_changes.';

-- It once took no argument; both together would leave a call without one ambiguous.
drop function if exists public.ticket_counts();
create or replace function public.ticket_counts(for_user uuid default null)
returns jsonb language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'open', count(*) filter (where t.archived_at is null and t.status = 'open'),
    'answered', count(*) filter (where t.archived_at is null and t.status = 'answered'),
    'closed', count(*) filter (where t.archived_at is null and t.status = 'closed'),
    'archived', count(*) filter (where t.archived_at is not null),
    'unread', count(*) filter (where t.archived_at is null
      and case when t.user_id = (select auth.uid()) then t.user_unread_count else t.unread_count end > 0))
  from public.tickets t
  where ticket_counts.for_user is null or t.user_id = ticket_counts.for_user
$$;
comment on function public.ticket_counts is
  'How many of the tickets the caller may see, or of one user''s, are {open, answered, closed, archived}, and how many have unread messages. Runs as the caller, under row level security.';


-- 5. Staff -----------------------------------------------------------------------------------------------------------

create or replace function public.set_ticket_status(ticket_id uuid, status text)
returns public.tickets language plpgsql security definer set search_path = '' as $$
declare
  caller public.profiles := private.staff_caller();
begin
  return private.change_ticket_status(set_ticket_status.ticket_id, set_ticket_status.status, caller.id, true, 'admin');
end
$$;
comment on function public.set_ticket_status is
  'Staff move a ticket to open, answered or closed. Errors: 403 not_staff; 404 ticket_not_found; 422 status_unknown.';

create or replace function private.add_note_as(ticket_id uuid, author_id uuid, author_name text, note text, source text)
returns public.ticket_notes language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  added public.ticket_notes;
begin
  if not exists (select 1 from public.tickets t where t.id = ticket_id) then
    perform private.fail(404, 'ticket_not_found', 'There is no such ticket.', 'Go back to the list of tickets.');
  end if;
  insert into public.ticket_notes (ticket_id, author_id, author_name, note, source)
    values (ticket_id, author_id, author_name,
      private.checked_text(note, (select s.note_length from private.settings s), 'note_empty', 'note_too_long', false), source)
    returning * into added;
  return added;
end
$$;
comment on function private.add_note_as is 'Errors: 404 ticket_not_found; 422 note_empty, note_too_long.';

create or replace function public.add_note(ticket_id uuid, note text)
returns public.ticket_notes language plpgsql security definer set search_path = '' as $$
declare
  caller public.profiles := private.staff_caller();
begin
  return private.add_note_as(add_note.ticket_id, caller.id, caller.nickname, add_note.note, 'admin');
end
$$;
comment on function public.add_note is 'Staff write a note that no user sees. Errors: 403 not_staff; those of private.add_note_as.';


-- 6. Archiving -------------------------------------------------------------------------------------------------------

create table if not exists private.archive_state (
  id boolean primary key default true check (id),
  last_run_at timestamptz not null default now()
);
comment on table private.archive_state is 'One row, once archiving has run: when it last did, to within half a minute.';
alter table private.archive_state enable row level security;

create or replace function public.archive_closed_tickets()
returns integer language plpgsql security definer set search_path = '' as $$
declare
  archived integer;
begin
  with due as (
    -- Skips what somebody is changing right now (reopening, perhaps): the next run looks again.
    select t.id from public.tickets t
    where t.status = 'closed' and t.archived_at is null
      and t.closed_at <= pg_catalog.clock_timestamp() - (select s.archive_after from private.settings s)
    for update skip locked)
  update public.tickets t set archived_at = pg_catalog.clock_timestamp() from due where t.id = due.id;
  get diagnostics archived = row_count;

  -- A browser that was killed leaves its typing flag up; nobody shows it after a few seconds, and here it comes down.
  with stale as (
    select t.id from public.tickets t
    where (t.is_typing or t.staff_is_typing)
      and greatest(t.typing_at, t.staff_typing_at) < pg_catalog.clock_timestamp() - interval '10 seconds'
    for update skip locked)
  update public.tickets t set is_typing = false, staff_is_typing = false from stale where t.id = stale.id;

  -- Several schedulers may run at once and often: the trace they leave is written rarely.
  insert into private.archive_state as a default values
    on conflict (id) do update set last_run_at = excluded.last_run_at
    where a.last_run_at < excluded.last_run_at - interval '30 seconds';

  return archived;
end
$$;
comment on function public.archive_closed_tickets is
  'Archives the tickets that have been closed for long enough (private.settings.archive_after) and gives their number. For pg_cron, the Edge Function or the api''s timer, all at once if need be.';


-- 7. Who may call what -----------------------------------------------------------------------------------------------

revoke execute on all functions in schema private from public, anon, authenticated;
grant execute on function private.is_admin(), private.may_upload() to authenticated;

do $$
declare
  name text;
begin
  foreach name in array array[
    'create_ticket', 'send_message', 'edit_message', 'delete_message', 'close_ticket', 'reopen_ticket',
    'mark_ticket_read', 'set_typing', 'update_profile', 'ticket_counts', 'set_ticket_status', 'add_note']
  loop
    execute format('revoke execute on function public.%I from public, anon', name);
    execute format('grant execute on function public.%I to authenticated, service_role', name);
  end loop;
  revoke execute on function public.archive_closed_tickets() from public, anon, authenticated;
  grant execute on function public.archive_closed_tickets() to service_role;
end
$$;
