-- The Telegram bridge: its tables, and the triggers that write the outbox in the transaction of the change.
-- Runs after the ticket system's scripts; running it again changes nothing and loses nothing.
-- After the tables and triggers come the functions that the bot and the panel call.

-- One row per ticket: where it lives in Telegram, what was last shown there, and who works on it now.
create table if not exists public.telegram_topics (
  ticket_id uuid primary key references public.tickets (id) on delete cascade,
  chat_id bigint,
  -- Null while there is no topic yet, and for good in a group without topics.
  thread_id bigint,
  card_message_id bigint,
  -- What Telegram shows now; null: nothing applied yet.
  title text,
  state text check (state in ('open', 'closed')),
  card_text text,
  -- The newest staff message that carries the read mark.
  read_message_id uuid references public.ticket_messages (id) on delete set null,
  -- When the topic was last made, so that a wrong "not found" can't make topics in a loop.
  created_at timestamptz,
  -- No call is made for this ticket before this time: the back-off that keeps its words in order.
  available_at timestamptz not null default now(),
  leased_by text,
  leased_until timestamptz
);
create unique index if not exists telegram_topics_thread_key
  on public.telegram_topics (chat_id, thread_id) where thread_id is not null;

create index if not exists telegram_topics_read_message on public.telegram_topics (read_message_id);

-- What is to be told to Telegram. Rows hold references only: the words are read when they are sent.
create table if not exists public.telegram_outbox (
  id bigint generated always as identity primary key,
  ticket_id uuid not null references public.tickets (id) on delete cascade,
  kind text not null check (kind in ('message', 'edit', 'delete', 'note', 'event', 'state', 'card', 'read')),
  message_id uuid references public.ticket_messages (id) on delete cascade,
  note_id uuid references public.ticket_notes (id) on delete cascade,
  -- What the row tells. Telling it again re-opens the row and raises its generation, so that a change which
  -- comes while a worker is busy with the row isn't lost when that worker reports the old one as done.
  dedupe_key text not null unique,
  generation integer not null default 1,
  -- 0 words, 1 state, 2 cosmetics.
  priority smallint not null check (priority between 0 and 2),
  -- Ordered rows of a ticket are told one after the other; the rest show a state and can come at any time.
  ordered boolean generated always as (kind in ('message', 'edit', 'delete', 'note', 'event')) stored,
  state text not null default 'pending' check (state in ('pending', 'sent', 'dead')),
  attempts integer not null default 0,
  last_error text,
  available_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  queued_at timestamptz not null default now(),
  sent_at timestamptz
);
create index if not exists telegram_outbox_pending
  on public.telegram_outbox (ticket_id, id) where state = 'pending';
create index if not exists telegram_outbox_dead on public.telegram_outbox (id) where state = 'dead';
create index if not exists telegram_outbox_ticket on public.telegram_outbox (ticket_id);
create index if not exists telegram_outbox_note on public.telegram_outbox (note_id);
create index if not exists telegram_outbox_message on public.telegram_outbox (message_id);
create index if not exists telegram_outbox_sent_at on public.telegram_outbox (sent_at);

-- Which Telegram message shows which message of the desk, both ways. A Telegram message that joins several
-- waiting texts has one row for each; a message with long text or several files has several.
create table if not exists public.telegram_messages (
  chat_id bigint not null,
  telegram_message_id bigint not null,
  ticket_id uuid not null references public.tickets (id) on delete cascade,
  -- Null for cards, notes and status lines.
  message_id uuid references public.ticket_messages (id) on delete cascade,
  direction text not null check (direction in ('in', 'out')),
  -- What the Telegram message holds: the text, a file (perhaps with the text as caption), or a line of the bot's own.
  role text not null check (role in ('text', 'file', 'line')),
  part smallint not null default 0,
  outbox_id bigint references public.telegram_outbox (id) on delete set null,
  media_group_id text,
  -- The edit that is shown; null: the text as first written.
  edited_at timestamptz,
  created_at timestamptz not null default now(),
  constraint telegram_messages_key unique nulls not distinct (chat_id, telegram_message_id, message_id)
);
-- Law 2: an update replayed is the same message.
create unique index if not exists telegram_messages_in
  on public.telegram_messages (chat_id, telegram_message_id) where direction = 'in';
create index if not exists telegram_messages_ticket on public.telegram_messages (ticket_id);
create index if not exists telegram_messages_message on public.telegram_messages (message_id);
create index if not exists telegram_messages_outbox on public.telegram_messages (outbox_id);
create index if not exists telegram_messages_recent
  on public.telegram_messages (chat_id, created_at) where direction = 'out';

-- Telegram accounts of staff.
create table if not exists public.telegram_links (
  telegram_user_id bigint primary key,
  profile_id uuid not null references public.profiles (id) on delete cascade,
  created_at timestamptz not null default now()
);
create index if not exists telegram_links_profile on public.telegram_links (profile_id);

-- Only a code's hash is kept; the panel shows the code once.
create table if not exists public.telegram_link_codes (
  code_hash text primary key,
  profile_id uuid not null references public.profiles (id) on delete cascade,
  expires_at timestamptz not null
);
create index if not exists telegram_link_codes_profile on public.telegram_link_codes (profile_id);

-- The state of multi-step dialogues.
create table if not exists public.telegram_sessions (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

-- Updates a webhook has accepted and the bot hasn't worked off yet.
create table if not exists public.telegram_updates (
  id bigint generated always as identity primary key,
  update_id bigint not null unique,
  payload jsonb not null,
  created_at timestamptz not null default now()
);

-- Groups that became supergroups, so that a restart with the old id finds the new one.
create table if not exists public.telegram_migrations (
  from_chat_id bigint primary key,
  to_chat_id bigint not null,
  created_at timestamptz not null default now()
);

-- Deny by default. Staff may see what became of their messages, and nothing else of the bridge.
do $$
declare
  name text;
begin
  foreach name in array array[
    'telegram_topics', 'telegram_outbox', 'telegram_messages', 'telegram_links', 'telegram_link_codes',
    'telegram_sessions', 'telegram_updates', 'telegram_migrations'
  ] loop
    execute format('alter table public.%I enable row level security', name);
    execute format('revoke all on public.%I from public, anon, authenticated', name);
    execute format('grant all on public.%I to service_role', name);
  end loop;
end
$$;
grant select (id, ticket_id, kind, message_id, note_id, state, attempts, last_error, created_at, sent_at)
  on public.telegram_outbox to authenticated;
drop policy if exists "staff see delivery" on public.telegram_outbox;
create policy "staff see delivery" on public.telegram_outbox for select to authenticated
  using ((select private.is_admin()));

-- True inside a transaction that carries into the desk what Telegram shows already.
create or replace function private.telegram_origin() returns boolean
language sql stable set search_path = '' as $$
  select coalesce(current_setting('trivet.origin', true), '') = 'telegram'
$$;
comment on function private.telegram_origin is
  'True inside a transaction that carries into the desk what Telegram shows already, so that it is not told back. No errors.';

-- Puts a row into the outbox, or re-opens the one with the same key.
create or replace function private.enqueue_telegram(
  ticket_id uuid, kind text, dedupe_key text, priority integer, message_id uuid default null, note_id uuid default null
) returns void
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
begin
  -- Looked for first: an insert that meets a row which a worker is updating would wait for that worker, who may be
  -- waiting for the ticket we have locked.
  if not exists (select from public.telegram_topics t where t.ticket_id = enqueue_telegram.ticket_id) then
    insert into public.telegram_topics (ticket_id) values (enqueue_telegram.ticket_id) on conflict do nothing;
  end if;
  insert into public.telegram_outbox as o (ticket_id, kind, dedupe_key, priority, message_id, note_id)
  values (enqueue_telegram.ticket_id, enqueue_telegram.kind, enqueue_telegram.dedupe_key,
          enqueue_telegram.priority, enqueue_telegram.message_id, enqueue_telegram.note_id)
  on conflict (dedupe_key) do update set
    state = 'pending',
    generation = o.generation + 1,
    priority = case when o.state = 'pending' then least(o.priority, excluded.priority) else excluded.priority end,
    queued_at = case when o.state = 'pending' then o.queued_at else now() end,
    available_at = now(),
    attempts = 0,
    sent_at = null;
end
$$;
comment on function private.enqueue_telegram is
  'Puts a row into the outbox, or re-opens the one with the same dedupe_key; gives nothing. priority: 0 words, 1 state, 2 cosmetics. Errors: none of its own.';

create or replace function private.telegram_on_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if private.telegram_origin() or (new.source = 'telegram' and tg_op = 'INSERT') then
    return null;
  end if;
  if tg_op = 'INSERT' then
    if new.event is not null then
      perform private.enqueue_telegram(new.ticket_id, 'event', 'event:' || new.id, 1, new.id);
    elsif new.source <> 'system' then
      perform private.enqueue_telegram(new.ticket_id, 'message', 'message:' || new.id, 0, new.id);
    end if;
  elsif new.source = 'system' then
    return null;
  elsif new.deleted_at is not null and old.deleted_at is null then
    perform private.enqueue_telegram(new.ticket_id, 'delete', 'delete:' || new.id, 0, new.id);
  elsif new.message is distinct from old.message and new.deleted_at is null then
    perform private.enqueue_telegram(new.ticket_id, 'edit', 'edit:' || new.id, 0, new.id);
  end if;
  return null;
end
$$;
comment on function private.telegram_on_message is
  'Trigger: a message written, edited or deleted outside Telegram goes into the outbox.';
drop trigger if exists telegram_message_inserted on public.ticket_messages;
create trigger telegram_message_inserted after insert on public.ticket_messages
  for each row execute function private.telegram_on_message();
drop trigger if exists telegram_message_changed on public.ticket_messages;
create trigger telegram_message_changed after update of message, deleted_at on public.ticket_messages
  for each row when (new.message is distinct from old.message or new.deleted_at is distinct from old.deleted_at)
  execute function private.telegram_on_message();

create or replace function private.telegram_on_read() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.is_admin and new.source <> 'system' then
    perform private.enqueue_telegram(new.ticket_id, 'read', 'read:' || new.ticket_id, 2);
  end if;
  return null;
end
$$;
comment on function private.telegram_on_read is
  'Trigger: a staff message that its user has read gets its mark.';
drop trigger if exists telegram_message_read on public.ticket_messages;
create trigger telegram_message_read after update of is_read on public.ticket_messages
  for each row when (new.is_read and not old.is_read)
  execute function private.telegram_on_read();

create or replace function private.telegram_on_ticket() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Between open and answered only the title's mark changes; closing and reopening matter more.
  perform private.enqueue_telegram(
    new.id, 'state', 'state:' || new.id,
    case when (new.status = 'closed') is distinct from (old.status = 'closed') then 1 else 2 end
  );
  return null;
end
$$;
comment on function private.telegram_on_ticket is
  'Trigger: a new status or subject is shown by the topic.';
drop trigger if exists telegram_ticket_changed on public.tickets;
create trigger telegram_ticket_changed after update of status, subject on public.tickets
  for each row when (new.status is distinct from old.status or new.subject is distinct from old.subject)
  execute function private.telegram_on_ticket();

create or replace function private.telegram_on_profile() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.enqueue_telegram(t.id, 'card', 'card:' || t.id, 2)
  from public.tickets t
  join public.telegram_topics p on p.ticket_id = t.id
  where t.user_id = new.id and t.archived_at is null;
  return null;
end
$$;
comment on function private.telegram_on_profile is
  'Trigger: the cards of a users tickets follow their name and e-mail address.';
drop trigger if exists telegram_profile_changed on public.profiles;
create trigger telegram_profile_changed after update of nickname, email on public.profiles
  for each row when (new.nickname is distinct from old.nickname or new.email is distinct from old.email)
  execute function private.telegram_on_profile();

create or replace function private.telegram_on_note() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.source <> 'telegram' then
    perform private.enqueue_telegram(new.ticket_id, 'note', 'note:' || new.id, 0, null, new.id);
  end if;
  return null;
end
$$;
comment on function private.telegram_on_note is
  'Trigger: a note written outside Telegram goes into the outbox.';
drop trigger if exists telegram_note_inserted on public.ticket_notes;
create trigger telegram_note_inserted after insert on public.ticket_notes
  for each row execute function private.telegram_on_note();

-- The bot is woken by changes of the outbox; row level security shows them to nobody else but staff.
do $$
begin
  if not exists (
    select from pg_catalog.pg_publication_tables
    where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = 'telegram_outbox'
  ) then
    alter publication supabase_realtime add table public.telegram_outbox;
  end if;
end
$$;

-- Work: claim, record, fail ------------------------------------------------------------------------------------------

-- A message as the bot renders it.
create or replace function private.telegram_message_json(message public.ticket_messages) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object(
    'id', message.id, 'message', message.message, 'is_admin', message.is_admin, 'source', message.source,
    'sender_name', message.sender_name, 'event', message.event, 'created_at', message.created_at,
    'edited_at', message.edited_at, 'deleted_at', message.deleted_at,
    'attachments', coalesce((
      select jsonb_agg(jsonb_build_object(
        'file_path', a.file_path, 'file_name', a.file_name, 'file_type', a.file_type, 'file_size', a.file_size,
        'width', a.width, 'height', a.height) order by a.position, a.id)
      from public.ticket_attachments a where a.message_id = message.id), '[]'::jsonb));
end
$$;
comment on function private.telegram_message_json is
  'A message with its attachments as the bot renders it. No errors.';

-- Leases the ticket whose work is the most urgent and oldest, and returns that work in order, or null when there
-- is none. Words (priority 0) come before state and cosmetics, among tickets as within one. A lease that ran out
-- (its worker died) is taken over; `worker` is the fencing token that telegram_record and telegram_fail check.
-- The plan is always the generic one: planning these statements anew takes longer than running them.
create or replace function public.telegram_claim(
  worker text, max_priority integer default 2, lease_seconds integer default 15, row_limit integer default 50
) returns jsonb
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  topic public.telegram_topics;
  work jsonb;
begin
  loop
    select t.* into topic
    from (
      select distinct on (o.ticket_id) o.ticket_id, o.priority, o.queued_at, o.id
      from public.telegram_outbox o
      where o.state = 'pending' and o.priority <= telegram_claim.max_priority and o.available_at <= now()
      order by o.ticket_id, o.priority, o.queued_at, o.id
    ) due
    join public.telegram_topics t on t.ticket_id = due.ticket_id
    where t.available_at <= now() and (t.leased_until is null or t.leased_until < now())
    order by due.priority, due.queued_at, due.id
    limit 1
    for update of t skip locked;
    if not found then
      return null;
    end if;

    -- A new statement sees what other workers have finished meanwhile, and nobody but us may work here now.
    select jsonb_agg(to_jsonb(r) order by (not r.ordered), r.id) into work
    from (
      select o.id, o.kind, o.ordered, o.generation, o.attempts, o.priority, o.message_id, o.queued_at,
        (select private.telegram_message_json(m) from public.ticket_messages m where m.id = o.message_id) as message,
        (select to_jsonb(n) from public.ticket_notes n where n.id = o.note_id) as note,
        (select p.telegram_message_id
           from public.ticket_messages m join public.telegram_messages p on p.message_id = m.reply_to
           where m.id = o.message_id and p.chat_id = topic.chat_id order by p.part limit 1) as reply_to,
        -- What a worker that died got done of this row.
        coalesce((select jsonb_agg(distinct p.part) from public.telegram_messages p where p.outbox_id = o.id), '[]'::jsonb)
          as sent_parts,
        case when o.kind in ('edit', 'delete') then coalesce((
          select jsonb_agg(jsonb_build_object(
            'chat_id', p.chat_id, 'telegram_message_id', p.telegram_message_id, 'direction', p.direction,
            'role', p.role, 'part', p.part, 'edited_at', p.edited_at,
            'joined', (
              select coalesce(jsonb_agg(private.telegram_message_json(j) order by q.part, j.created_at), '[]'::jsonb)
              from public.telegram_messages q join public.ticket_messages j on j.id = q.message_id
              where q.chat_id = p.chat_id and q.telegram_message_id = p.telegram_message_id
            )) order by p.part, p.telegram_message_id)
          from public.telegram_messages p where p.message_id = o.message_id), '[]'::jsonb) end as shown
      from public.telegram_outbox o
      where o.ticket_id = topic.ticket_id and o.state = 'pending' and o.available_at <= now()
        and (o.ordered or o.priority <= telegram_claim.max_priority)
      order by (not o.ordered), o.id
      limit telegram_claim.row_limit
    ) r;
    exit when work is not null;
    -- Finished between our two looks: look again.
  end loop;

  update public.telegram_topics t set
    leased_by = telegram_claim.worker,
    leased_until = now() + make_interval(secs => telegram_claim.lease_seconds)
  where t.ticket_id = topic.ticket_id;

  return jsonb_build_object(
    'topic', to_jsonb(topic),
    'rows', work,
    'ticket', private.telegram_ticket_json(topic.ticket_id),
    -- The newest staff message the user has read, and where it is shown.
    'read', (
      select jsonb_build_object('message_id', m.id, 'chat_id', p.chat_id, 'telegram_message_id', p.telegram_message_id)
      from public.ticket_messages m join public.telegram_messages p on p.message_id = m.id
      where m.ticket_id = topic.ticket_id and m.is_admin and m.is_read and m.deleted_at is null
        and p.chat_id = topic.chat_id
      order by m.created_at desc, p.part desc limit 1),
    -- Tickets whose words wait; a worker that can't serve them all at once joins texts.
    'waiting', (
      select count(distinct o.ticket_id) from public.telegram_outbox o where o.state = 'pending' and o.priority = 0)
  );
end
$$;
comment on function public.telegram_claim is
  'For the bot: leases the most urgent ticket to worker for lease_seconds and gives {topic, rows, ticket, read, waiting} with at most row_limit rows of priority max_priority or more urgent; null when nothing is due. No errors.';

-- A ticket with its user as the bot shows them; null when there is no such ticket.
create or replace function private.telegram_ticket_json(ticket_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return (
    select jsonb_build_object(
      'id', t.id, 'number', t.number, 'subject', t.subject, 'status', t.status, 'created_at', t.created_at,
      'archived_at', t.archived_at, 'last_message_at', t.last_message_at, 'unread_count', t.unread_count,
      'user', jsonb_build_object(
        'id', p.id, 'nickname', p.nickname, 'email', p.email, 'member_id', p.member_id, 'locale', p.locale,
        'created_at', p.created_at, 'tickets', (select count(*) from public.tickets o where o.user_id = p.id)))
    from public.tickets t join public.profiles p on p.id = t.user_id
    where t.id = telegram_ticket_json.ticket_id);
end
$$;
comment on function private.telegram_ticket_json is
  'A ticket with its user as the bot shows them; null when there is none. No errors.';

-- Writes down, in one transaction, what a worker got done. Returns false, and writes only the Telegram messages
-- (they exist, whoever sent them), when the worker's lease has passed to another.
-- sent: [{telegram_message_id, chat_id, message_id, role, part, outbox_id, edited_at}]; done: [{id, generation}];
-- topic: columns of telegram_topics to set; released: give the ticket back, else the lease is renewed.
create or replace function public.telegram_record(
  worker text, ticket_id uuid, sent jsonb default '[]', done jsonb default '[]', topic jsonb default '{}',
  released boolean default false, lease_seconds integer default 15
) returns boolean
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  held boolean;
begin
  update public.telegram_topics t set
    chat_id = case when telegram_record.topic ? 'chat_id' then (telegram_record.topic ->> 'chat_id')::bigint else t.chat_id end,
    thread_id = case when telegram_record.topic ? 'thread_id' then (telegram_record.topic ->> 'thread_id')::bigint else t.thread_id end,
    card_message_id = case when telegram_record.topic ? 'card_message_id'
      then (telegram_record.topic ->> 'card_message_id')::bigint else t.card_message_id end,
    title = case when telegram_record.topic ? 'title' then telegram_record.topic ->> 'title' else t.title end,
    state = case when telegram_record.topic ? 'state' then telegram_record.topic ->> 'state' else t.state end,
    card_text = case when telegram_record.topic ? 'card_text' then telegram_record.topic ->> 'card_text' else t.card_text end,
    read_message_id = case when telegram_record.topic ? 'read_message_id'
      then (telegram_record.topic ->> 'read_message_id')::uuid else t.read_message_id end,
    created_at = case when telegram_record.topic ? 'thread_id' then now() else t.created_at end,
    leased_by = case when telegram_record.released then null else t.leased_by end,
    leased_until = case when telegram_record.released then null
      else now() + make_interval(secs => telegram_record.lease_seconds) end
  where t.ticket_id = telegram_record.ticket_id and t.leased_by = telegram_record.worker;
  held := found;

  insert into public.telegram_messages
    (chat_id, telegram_message_id, ticket_id, message_id, direction, role, part, outbox_id, edited_at)
  select s.chat_id, s.telegram_message_id, telegram_record.ticket_id, s.message_id, 'out', s.role,
    coalesce(s.part, 0), s.outbox_id, s.edited_at
  from jsonb_to_recordset(telegram_record.sent) as s(
    chat_id bigint, telegram_message_id bigint, message_id uuid, role text, part smallint, outbox_id bigint,
    edited_at timestamptz)
  -- A message erased meanwhile takes its rows with it.
  where s.message_id is null or exists (select from public.ticket_messages m where m.id = s.message_id)
  on conflict on constraint telegram_messages_key do update set edited_at = excluded.edited_at;

  if held then
    update public.telegram_outbox o set state = 'sent', sent_at = clock_timestamp(), last_error = null
    from jsonb_to_recordset(telegram_record.done) as d(id bigint, generation integer)
    where o.id = d.id and o.generation = d.generation and o.state = 'pending';
    update public.telegram_topics t set available_at = now()
    where t.ticket_id = telegram_record.ticket_id and t.available_at > now();
  end if;
  return held;
end
$$;
comment on function public.telegram_record is
  'For the bot: writes down what worker sent and finished, and renews or (released) gives back its lease. False when the lease has passed to another: then only sent is kept. No errors.';

-- Gives a ticket back after a row of it failed. retry_seconds null: never again, the row is a dead letter. An
-- ordered row holds the ticket's later words back until it is retried. `counted`: the failure is the row's own
-- (not an outage's); after ten of those, while others get through, or after a day, the row is dead.
-- Returns the row's state.
create or replace function public.telegram_fail(
  worker text, ticket_id uuid, row_id bigint, error text, retry_seconds numeric default null, counted boolean default true
) returns text
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  failed public.telegram_outbox;
begin
  perform from public.telegram_topics t
    where t.ticket_id = telegram_fail.ticket_id and t.leased_by = telegram_fail.worker for update;
  if not found then
    return null;
  end if;
  update public.telegram_outbox o set
    attempts = o.attempts + case when telegram_fail.counted then 1 else 0 end,
    last_error = left(telegram_fail.error, 500),
    state = case
      when telegram_fail.retry_seconds is null then 'dead'
      when o.created_at < now() - interval '1 day' and o.queued_at < now() - interval '1 day' then 'dead'
      when telegram_fail.counted and o.attempts >= 9 and exists (
        select from public.telegram_outbox x where x.sent_at > now() - interval '2 minutes' and x.ticket_id <> o.ticket_id)
        then 'dead'
      else 'pending'
    end,
    available_at = case when o.ordered then o.available_at
      else now() + make_interval(secs => coalesce(telegram_fail.retry_seconds, 0)) end
  where o.id = telegram_fail.row_id and o.ticket_id = telegram_fail.ticket_id
  returning * into failed;
  update public.telegram_topics t set
    leased_by = null, leased_until = null,
    available_at = case when failed.ordered and failed.state = 'pending'
      then now() + make_interval(secs => telegram_fail.retry_seconds) else now() end
  where t.ticket_id = telegram_fail.ticket_id;
  return failed.state;
end
$$;
comment on function public.telegram_fail is
  'For the bot: gives the ticket back after a row failed, to be tried in retry_seconds (null: never again). The rows new state: pending, sent or dead; null when the lease has passed to another. No errors.';

-- Keeps a lease while a long call (a file's upload) runs.
create or replace function public.telegram_renew(worker text, ticket_id uuid, lease_seconds integer default 15)
returns boolean
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
begin
  update public.telegram_topics t set leased_until = now() + make_interval(secs => telegram_renew.lease_seconds)
  where t.ticket_id = telegram_renew.ticket_id and t.leased_by = telegram_renew.worker;
  return found;
end
$$;
comment on function public.telegram_renew is
  'For the bot: keeps a lease for lease_seconds more; false when it has passed to another. No errors.';

-- What the outbox looks like: for health, and for the pacer after a restart.
-- recent: how many seconds ago each Telegram message of the last minute went into the group.
-- next_seconds: when the next postponed work is due; null: nothing is postponed.
create or replace function public.telegram_status(chat_id bigint) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'pending', (select count(*) from public.telegram_outbox o where o.state = 'pending'),
    'dead', (select count(*) from public.telegram_outbox o where o.state = 'dead'),
    'oldest_seconds', (
      select extract(epoch from now() - min(o.queued_at)) from public.telegram_outbox o
      where o.state = 'pending' and o.priority = 0),
    'recent', coalesce((
      select jsonb_agg(extract(epoch from now() - r.at)) from (
        select min(p.created_at) as at from public.telegram_messages p
        where p.chat_id = telegram_status.chat_id and p.direction = 'out' and p.created_at > now() - interval '1 minute'
        group by p.telegram_message_id) r), '[]'::jsonb),
    'chat_id', coalesce((
      with recursive moved(id, depth) as (
        select telegram_status.chat_id, 0
        union all
        select m.to_chat_id, moved.depth + 1 from public.telegram_migrations m join moved on m.from_chat_id = moved.id
        where moved.depth < 8)
      select id from moved order by depth desc limit 1), telegram_status.chat_id))
$$;
comment on function public.telegram_status is
  'For the bot: {pending, dead, oldest_seconds, recent, chat_id}: rows that wait and that were given up, the age in seconds of the oldest waiting words, the ages of the last minutes Telegram messages, and the groups present id. No errors.';

-- Remembers that a group became a supergroup; its topics are made anew there.
create or replace function public.telegram_migrate(from_chat_id bigint, to_chat_id bigint) returns void
language sql security definer set search_path = '' as $$
  insert into public.telegram_migrations (from_chat_id, to_chat_id)
  values (telegram_migrate.from_chat_id, telegram_migrate.to_chat_id)
  on conflict (from_chat_id) do update set to_chat_id = excluded.to_chat_id
$$;
comment on function public.telegram_migrate is
  'For the bot: remembers that a group became a supergroup with another id; gives nothing. No errors.';

-- The last messages of a ticket before the given one, oldest first: for a topic that is made anew.
create or replace function public.telegram_history(ticket_id uuid, message_limit integer default 10) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(private.telegram_message_json(m) order by m.created_at), '[]'::jsonb)
  from (
    select m as m_row, m.* from public.ticket_messages m
    where m.ticket_id = telegram_history.ticket_id and m.deleted_at is null and m.source <> 'system'
      and not exists (
        select from public.telegram_outbox o where o.message_id = m.id and o.kind = 'message' and o.state = 'pending')
    order by m.created_at desc limit telegram_history.message_limit
  ) last
  cross join lateral (select (last.m_row).*) m
$$;
comment on function public.telegram_history is
  'For the bot: a tickets last message_limit messages that Telegram has been told of, oldest first. No errors.';


-- Into the desk ------------------------------------------------------------------------------------------------------

-- Whose topic, or whose mirrored message, an update is about; null when it is neither.
create or replace function private.telegram_ticket_of(chat_id bigint, thread_id bigint, telegram_message_id bigint)
returns uuid
language sql stable security definer set search_path = '' as $$
  select coalesce(
    (select t.ticket_id from public.telegram_topics t
      where t.chat_id = telegram_ticket_of.chat_id and t.thread_id = telegram_ticket_of.thread_id),
    (select p.ticket_id from public.telegram_messages p
      where p.chat_id = telegram_ticket_of.chat_id and p.telegram_message_id = telegram_ticket_of.telegram_message_id
        and telegram_ticket_of.thread_id is null
      limit 1))
$$;
comment on function private.telegram_ticket_of is
  'The ticket whose topic (thread_id) or mirrored message (telegram_message_id) it is; null when it is neither. No errors.';

-- The staff profile behind a Telegram account; null when it isn't linked or no longer staff's.
create or replace function private.telegram_profile(telegram_user_id bigint) returns public.profiles
language sql stable security definer set search_path = '' as $$
  select p.* from public.telegram_links l join public.profiles p on p.id = l.profile_id
  where l.telegram_user_id = telegram_profile.telegram_user_id and p.role = 'admin'
$$;
comment on function private.telegram_profile is
  'The staff profile behind a Telegram account; a row of nulls when it is not linked or no longer staffs. No errors.';

-- What the bot must know before it answers or fetches a file: the ticket (null: not a ticket's place), the staff
-- profile behind the account, and whether this very message is in the desk already.
create or replace function public.telegram_context(
  chat_id bigint, thread_id bigint, telegram_message_id bigint, reply_to bigint, telegram_user_id bigint
) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'ticket', private.telegram_ticket_json(private.telegram_ticket_of(
      telegram_context.chat_id, telegram_context.thread_id, telegram_context.reply_to)),
    'profile', (select jsonb_build_object('id', p.id, 'nickname', p.nickname)
      from private.telegram_profile(telegram_context.telegram_user_id) p where p.id is not null),
    'known', exists (
      select from public.telegram_messages m
      where m.chat_id = telegram_context.chat_id and m.telegram_message_id = telegram_context.telegram_message_id
        and m.direction = 'in'))
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
-- Returns {outcome: 'stored' | 'unchanged' | 'unknown'}; unknown: the original hasn't come yet, or isn't ours.
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
  select m.message into current from public.ticket_messages m where m.id = shown.message_id;
  if current is not distinct from telegram_receive_edit.body then
    return jsonb_build_object('outcome', 'unchanged', 'ticket_id', shown.ticket_id);
  end if;
  perform private.edit_message_as(shown.message_id, telegram_receive_edit.body);
  return jsonb_build_object('outcome', 'stored', 'ticket_id', shown.ticket_id, 'message_id', shown.message_id);
end
$$;
comment on function public.telegram_receive_edit is
  'For the bot: carries an edit over. {outcome: stored | unchanged | unknown}; unknown: the original has not come yet. Errors: those of edit_message for staff.';

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
  code text := upper(substr(replace(gen_random_uuid()::text, '-', ''), 1, 10));
begin
  if not private.is_admin() then
    perform private.fail(403, 'not_staff', 'Only staff can link a Telegram account.', 'Sign in as an administrator.');
  end if;
  delete from public.telegram_link_codes c where c.profile_id = (select auth.uid()) or c.expires_at < now();
  insert into public.telegram_link_codes (code_hash, profile_id, expires_at)
  values (encode(sha256(code::bytea), 'hex'), (select auth.uid()), now() + interval '10 minutes');
  return code;
end
$$;
comment on function public.create_telegram_link_code is
  'For staff: a new code that links one Telegram account within ten minutes; it replaces an earlier one. Errors: 403 not_staff.';

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
begin
  if not private.is_admin() then
    perform private.fail(403, 'not_staff', 'Only staff have linked Telegram accounts.', 'Sign in as an administrator.');
  end if;
  delete from public.telegram_links l where l.profile_id = (select auth.uid());
end
$$;
comment on function public.unlink_telegram is
  'For staff: unlinks all Telegram accounts of their own; gives nothing. Errors: 403 not_staff.';

-- For staff in the panel: sends what of a message has become a dead letter once more. Calling it again is harmless.
create or replace function public.resend_message(message_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
begin
  if not private.is_admin() then
    perform private.fail(403, 'not_staff', 'Only staff can send a message to Telegram again.', 'Sign in as an administrator.');
  end if;
  update public.telegram_outbox o set
    state = 'pending', generation = o.generation + 1, attempts = 0, last_error = null,
    available_at = now(), queued_at = now()
  where o.message_id = resend_message.message_id and o.state = 'dead';
end
$$;
comment on function public.resend_message is
  'For staff: sends once more what of a message was given up; gives nothing, and does nothing when nothing was. Errors: 403 not_staff.';

-- Who may call what: staff the three functions of the panel, the bot the rest, nobody else anything.
do $$
declare
  name regprocedure;
begin
  for name in
    select p.oid::regprocedure from pg_catalog.pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and (p.proname like 'telegram\_%' or p.proname in ('create_telegram_link_code', 'unlink_telegram', 'resend_message'))
  loop
    execute format('revoke all on function %s from public, anon, authenticated', name);
    if name::text like '%telegram\_link\_code%' or name::text like '%unlink\_telegram%' or name::text like '%resend\_message%' then
      execute format('grant execute on function %s to authenticated', name);
    else
      execute format('grant execute on function %s to service_role', name);
    end if;
  end loop;
  for name in
    select p.oid::regprocedure from pg_catalog.pg_proc p
    where p.pronamespace = 'private'::regnamespace and p.proname like '%telegram%'
  loop
    execute format('revoke all on function %s from public, anon, authenticated', name);
  end loop;
end
$$;
