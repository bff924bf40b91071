-- Trivet: the Telegram bridge. Its tables, and the triggers that write the outbox in the transaction of the change.
-- Runs after the ticket system's scripts; running it again changes nothing and loses nothing.

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
  kind text not null,
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
alter table public.telegram_outbox
  drop constraint if exists telegram_outbox_kind_check,
  add constraint telegram_outbox_kind_check
    check (kind in ('message', 'edit', 'delete', 'note', 'event', 'state', 'card', 'read', 'reaction'));
-- When the group was warned of this dead letter.
alter table public.telegram_outbox add column if not exists warned_at timestamptz;
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
language plpgsql stable set search_path = '' as $$
begin
  return coalesce(current_setting('trivet.origin', true), '') = 'telegram';
end
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
    warned_at = null,
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
select private.publish('public.telegram_outbox');

-- Who may call what: nobody. Triggers and the functions above run as their owner.
revoke all on function private.telegram_origin(), private.enqueue_telegram(uuid, text, text, integer, uuid, uuid),
  private.telegram_on_message(), private.telegram_on_read(), private.telegram_on_ticket(), private.telegram_on_profile(),
  private.telegram_on_note() from public, anon, authenticated;
