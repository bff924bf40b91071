-- Trivet: the Telegram bridge. The functions by which the bot carries the outbox, and staff send a dead letter again.
-- Runs after create_telegram_bridge.sql; running it again changes nothing.

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

-- A function of its own, so that claiming doesn't prepare on each call what only edits need.
create or replace function private.telegram_shown_json(message_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object(
      'chat_id', p.chat_id, 'telegram_message_id', p.telegram_message_id, 'direction', p.direction,
      'role', p.role, 'part', p.part, 'edited_at', p.edited_at,
      'joined', (
        select coalesce(jsonb_agg(private.telegram_message_json(j) order by q.part, j.created_at), '[]'::jsonb)
        from public.telegram_messages q join public.ticket_messages j on j.id = q.message_id
        where q.chat_id = p.chat_id and q.telegram_message_id = p.telegram_message_id
      )) order by p.part, p.telegram_message_id)
    from public.telegram_messages p where p.message_id = telegram_shown_json.message_id), '[]'::jsonb);
end
$$;
comment on function private.telegram_shown_json is
  'The Telegram messages that show a message, each with all messages it joins, in order; [] when there are none. No errors.';

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
  -- A lease needn't be on disk before the work begins, and the message waits for less. A database that crashes within
  -- the next moments forgets it: the ticket is free again, and of what its worker sent meanwhile at most the one message
  -- in flight comes twice, as after any crash; what is written down (telegram_record) is on disk, and this with it.
  perform set_config('synchronous_commit', 'off', true);
  loop
    select t.* into topic
    from (
      select distinct on (o.ticket_id) o.ticket_id, o.priority, o.queued_at, o.id
      from public.telegram_outbox o
      where o.state = 'pending' and o.priority <= telegram_claim.max_priority and o.available_at <= now()
      order by o.ticket_id, o.priority, o.queued_at, o.id
    ) due
    join public.telegram_topics t on t.ticket_id = due.ticket_id
    where t.available_at <= now()
      -- A worker that asks while it holds a lease has lost the answer that gave it.
      and (t.leased_until is null or t.leased_until < now() or t.leased_by = telegram_claim.worker)
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
        case when o.kind in ('edit', 'delete') then private.telegram_shown_json(o.message_id) end as shown
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
    -- The newest staff message shown there that the user has read: looked for when it is to be marked.
    'read', case when work @> '[{"kind": "read"}]' then (
      select jsonb_build_object('message_id', m.id)
      from public.ticket_messages m
      where m.ticket_id = topic.ticket_id and m.is_admin and m.is_read and m.deleted_at is null
        and exists (select from public.telegram_messages p where p.message_id = m.id and p.chat_id = topic.chat_id)
      order by m.created_at desc limit 1) end,
    -- Tickets whose words wait; a worker that can't serve them all at once joins texts.
    'waiting', (
      select count(distinct o.ticket_id) from public.telegram_outbox o where o.state = 'pending' and o.priority = 0),
    -- Whether something else is due already; a worker that has done its rows need not ask once more to find nothing.
    'more', exists (
      select from public.telegram_outbox o
      where o.state = 'pending' and o.priority <= telegram_claim.max_priority and o.available_at <= now()
        and not work @> jsonb_build_array(jsonb_build_object('id', o.id)))
  );
end
$$;
comment on function public.telegram_claim is
  'For the bot: leases the most urgent ticket to worker for lease_seconds and gives {topic, rows, ticket, read, waiting, more} with at most row_limit rows of priority max_priority or more urgent; null when nothing is due. No errors.';

-- A ticket with its user as the bot shows them; null when there is no such ticket.
create or replace function private.telegram_ticket_json(ticket_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return (
    select jsonb_build_object(
      'id', t.id, 'number', t.number, 'subject', t.subject, 'status', t.status, 'created_at', t.created_at,
      'archived_at', t.archived_at, 'last_message_at', t.last_message_at, 'unread_count', t.unread_count,
      'assignee', s.assignee_name, 'muted_until', s.muted_until, 'muted', coalesce(s.muted_until > now(), false),
      'user', jsonb_build_object(
        'id', p.id, 'nickname', p.nickname, 'email', p.email, 'member_id', p.member_id, 'locale', p.locale,
        'created_at', p.created_at, 'tickets', (select count(*) from public.tickets o where o.user_id = p.id)))
    from public.tickets t join public.profiles p on p.id = t.user_id
    left join public.ticket_staff_state s on s.ticket_id = t.id
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

-- For the warning in the group: how many rows are dead, when at least `at_least` of them are not yet warned of; else 0. All
-- count as warned of from then on, so that every pile is told once.
create or replace function public.telegram_new_pile(at_least integer) returns integer
language plpgsql security definer set search_path = '' as $$
begin
  -- Two bots that ask at once mustn't both be told.
  perform pg_advisory_xact_lock(hashtext('telegram_new_pile'));
  if (select count(*) from public.telegram_outbox o where o.state = 'dead' and o.warned_at is null)
    < greatest(telegram_new_pile.at_least, 1) then
    return 0;
  end if;
  update public.telegram_outbox o set warned_at = now() where o.state = 'dead' and o.warned_at is null;
  return (select count(*) from public.telegram_outbox o where o.state = 'dead');
end
$$;
comment on function public.telegram_new_pile is
  'For the bot: how many rows were given up, when at least so many of them are new since it was last told; else 0. No errors.';

-- Keeps a lease while a long call (a file's upload) runs.
create or replace function public.telegram_renew(worker text, ticket_id uuid, lease_seconds integer default 15)
returns boolean
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
begin
  -- As in telegram_claim: a lease that a crash forgets is claimed again.
  perform set_config('synchronous_commit', 'off', true);
  update public.telegram_topics t set leased_until = now() + make_interval(secs => telegram_renew.lease_seconds)
  where t.ticket_id = telegram_renew.ticket_id and t.leased_by = telegram_renew.worker;
  return found;
end
$$;
comment on function public.telegram_renew is
  'For the bot: keeps a lease for lease_seconds more; false when it has passed to another. No errors.';

-- What the outbox looks like: for health, and for the pacer after a restart.
-- recent: how many seconds ago each Telegram message of the last minute went into the group.
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

-- For staff in the panel: sends what of a message has become a dead letter once more. Calling it again is harmless.
create or replace function public.resend_message(message_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
begin
  perform private.staff_caller();
  update public.telegram_outbox o set
    state = 'pending', generation = o.generation + 1, attempts = 0, last_error = null,
    warned_at = null, available_at = now(), queued_at = now()
  where o.message_id = resend_message.message_id and o.state = 'dead';
end
$$;
comment on function public.resend_message is
  'For staff: sends once more what of a message was given up; gives nothing, and does nothing when nothing was. Errors: those of private.staff_caller.';

-- Who may call what: the bot (secret key) its functions, signed-in people those that ask for staff, nobody else any.
do $$
declare
  name text;
begin
  foreach name in array array[
    'telegram_claim', 'telegram_record', 'telegram_fail', 'telegram_new_pile', 'telegram_renew', 'telegram_status',
    'telegram_migrate', 'telegram_history'
  ] loop
    execute format('revoke all on function public.%I from public, anon, authenticated', name);
    execute format('grant execute on function public.%I to service_role', name);
  end loop;
end
$$;
revoke all on function public.resend_message(uuid) from public, anon;
grant execute on function public.resend_message(uuid) to authenticated;
revoke all on function private.telegram_message_json(public.ticket_messages), private.telegram_ticket_json(uuid),
  private.telegram_shown_json(uuid)
  from public, anon, authenticated;
