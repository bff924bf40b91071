-- Trivet, upgrade 1: the tables of an earlier support system that has the same names. Applied once.
--
-- Rows and columns stay. What the old rules would forbid or give away goes: policies, checks and keys on columns that are
-- ours now, and triggers that count what our triggers count. A column that can't become ours is kept as earlier_<name>.
-- What only lacks columns, types or defaults is none of this script's business: create_ticket_messages_system.sql adds them.

create or replace function pg_temp.has_column(target regclass, name text)
returns boolean language sql as $$
  select exists (select 1 from pg_attribute a where a.attrelid = target and a.attname = name and not a.attisdropped)
$$;

-- True for a column that isn't text, or holds what ours may not.
create or replace function pg_temp.is_foreign(target regclass, name text, allowed text[])
returns boolean language plpgsql as $$
declare
  type regtype;
  found_other boolean;
begin
  select a.atttypid into type from pg_attribute a where a.attrelid = target and a.attname = name and not a.attisdropped;
  if type is null then
    return false;
  end if;
  execute format('select exists (select 1 from %s where not %I::text = any ($1))', target, name) into found_other using allowed;
  return found_other or type not in ('text'::regtype, 'varchar'::regtype);
end
$$;

-- Makes way for a column of our own: the old one keeps its values, keys and readers under the name earlier_<name>.
create or replace function pg_temp.set_aside(target regclass, name text, definition text)
returns void language plpgsql as $$
begin
  execute format('alter table %s rename column %I to %I', target, name, 'earlier_' || name);
  execute format('alter table %s add column %I %s', target, name, definition);
  raise notice '%.% is kept as %.earlier_%', target, name, target, name;
end
$$;

-- Gives a table uuids as its primary key; the old ids stay unique, and what pointed to them still does.
create or replace function pg_temp.renumber(target regclass)
returns void language plpgsql as $$
declare
  primary_key text;
  incoming record;
  again text[] := '{}';
  step text;
begin
  perform pg_temp.set_aside(target, 'id', 'uuid not null default gen_random_uuid()');
  select conname into primary_key from pg_constraint where conrelid = target and contype = 'p';
  for incoming in select conrelid::regclass as source, conname, pg_get_constraintdef(oid) as definition
    from pg_constraint where confrelid = target and contype = 'f'
  loop
    execute format('alter table %s drop constraint %I', incoming.source, incoming.conname);
    again := again || format('alter table %s add constraint %I %s', incoming.source, incoming.conname, incoming.definition);
  end loop;
  if primary_key is not null then
    execute format('alter table %s drop constraint %I', target, primary_key);
  end if;
  execute format('alter table %s add primary key (id), add unique (earlier_id)', target);
  foreach step in array again loop
    execute step;
  end loop;
end
$$;

do $upgrade$
declare
  ours constant text[] := array[
    'id', 'nickname', 'email', 'avatar', 'member_id', 'role', 'locale', 'created_at', 'updated_at', 'number', 'user_id', 'subject',
    'status', 'last_message_at', 'last_message_preview', 'last_message_is_admin', 'closed_at', 'closed_by', 'archived_at',
    'unread_count', 'user_unread_count', 'is_typing', 'typing_user_id', 'typing_at', 'staff_is_typing', 'staff_typing_at',
    'staff_typing_name', 'revision', 'ticket_id', 'owner_id', 'message', 'is_admin', 'source', 'sender_name', 'reply_to', 'event', 'is_read',
    'read_at', 'edited_at', 'deleted_at', 'message_id', 'file_path', 'file_name', 'file_type', 'file_size', 'width', 'height', 'position'];
  profiles constant regclass := to_regclass('public.profiles');
  tickets constant regclass := to_regclass('public.tickets');
  messages constant regclass := to_regclass('public.ticket_messages');
  attachments constant regclass := to_regclass('public.ticket_attachments');
  tables constant regclass[] := array_remove(array[profiles, tickets, messages, attachments], null);
  id_type regtype;
  old record;
begin
  if not private.begin_upgrade(1) then
    return;
  end if;

  -- Old rules. Ours, where they are there already, are made anew by create_ticket_messages_system.sql.
  for old in select polrelid::regclass as target, polname as name from pg_policy where polrelid = any (tables) loop
    execute format('drop policy %I on %s', old.name, old.target);
  end loop;
  for old in select policyname as name from pg_policies
    where schemaname = 'storage' and tablename = 'objects' and concat(qual, with_check) like '%ticket-attachments%'
  loop
    execute format('drop policy %I on storage.objects', old.name);
  end loop;
  for old in
    select c.conrelid::regclass as target, c.conname as name from pg_constraint c
    where c.conrelid = any (tables) and c.contype in ('c', 'f')
      and exists (
        select 1 from pg_attribute a where a.attrelid = c.conrelid and a.attnum = any (c.conkey) and a.attname = any (ours))
      and not (c.contype = 'f' and c.conrelid = profiles and c.confdeltype = 'c')
  loop
    execute format('alter table %s drop constraint %I', old.target, old.name);
  end loop;
  for old in
    select tgrelid::regclass as target, tgname as name from pg_trigger
    where tgrelid = any (array[messages, attachments]) and not tgisinternal and tgname !~ '^(trivet|telegram)_'
  loop
    execute format('drop trigger %I on %s', old.name, old.target);
  end loop;
  -- A function can't be replaced by one that answers something else.
  if (select prorettype from pg_proc where oid = to_regprocedure('public.archive_closed_tickets()')) <> 'integer'::regtype then
    drop function public.archive_closed_tickets();
  end if;

  if profiles is not null then
    select atttypid::regtype into id_type from pg_attribute where attrelid = profiles and attname = 'id';
    if id_type is distinct from 'uuid'::regtype then
      raise exception 'The table public.profiles has no column id of type uuid.'
        using hint = 'Its id must be the account''s, as in auth.users. Rename this table, or give it such a column, and run the scripts again.';
    end if;
    if pg_temp.is_foreign(profiles, 'role', array['user', 'admin']) then
      perform pg_temp.set_aside(profiles, 'role', $$text not null default 'user'$$);
      update public.profiles p set role = 'admin' where to_jsonb(p) ->> 'earlier_role' = 'admin';
    end if;
    if pg_temp.is_foreign(profiles, 'locale', array['ru', 'en']) then
      perform pg_temp.set_aside(profiles, 'locale', $$text not null default 'ru'$$);
      update public.profiles p set locale = 'en' where to_jsonb(p) ->> 'earlier_locale' like 'en%';
    end if;
  end if;

  if tickets is not null and not pg_temp.has_column(tickets, 'revision') then
    alter table public.tickets
      add column if not exists subject text,
      add column if not exists status text,
      add column if not exists created_at timestamptz,
      add column if not exists last_message_at timestamptz,
      add column if not exists closed_at timestamptz,
      add column if not exists archived_at timestamptz;
    select atttypid::regtype into id_type from pg_attribute where attrelid = tickets and attname = 'id';
    if id_type <> 'uuid'::regtype then
      perform pg_temp.renumber(tickets);
      if id_type in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) and not pg_temp.has_column(tickets, 'number') then
        alter table public.tickets add column number bigint;
        update public.tickets t set number = (to_jsonb(t) ->> 'earlier_id')::bigint;
      end if;
    end if;
    if pg_temp.is_foreign(tickets, 'status', array['open', 'answered', 'closed']) then
      perform pg_temp.set_aside(tickets, 'status', $$text not null default 'open'$$);
    end if;
    update public.tickets t set
      status = case
        when before.status ~ '^(closed|resolved|solved|done|completed|archived|закрыт)' then 'closed'
        when before.status ~ '^(answered|replied|отвеч)' then 'answered'
        else 'open'
      end,
      subject = coalesce(nullif(t.subject, ''), before.title, ''),
      created_at = coalesce(t.created_at, before.changed_at, now()),
      last_message_at = coalesce(t.last_message_at, before.changed_at, t.created_at, now()),
      closed_at = case when before.status ~ '^(closed|resolved|solved|done|completed|archived|закрыт)'
        then coalesce(t.closed_at, before.changed_at, t.created_at, now()) end,
      archived_at = coalesce(t.archived_at, case when before.status ~ '^archived' then coalesce(before.changed_at, now()) end)
    from (
      select o.ctid as place, lower(coalesce(to_jsonb(o) ->> 'earlier_status', to_jsonb(o) ->> 'status')) as status, to_jsonb(o) ->> 'title' as title,
        (to_jsonb(o) ->> 'updated_at')::timestamptz as changed_at
      from public.tickets o) before
    where before.place = t.ctid;
  end if;

  if messages is not null and not pg_temp.has_column(messages, 'revision') then
    select atttypid::regtype into id_type from pg_attribute where attrelid = messages and attname = 'id';
    if id_type <> 'uuid'::regtype then
      perform pg_temp.renumber(messages);
    end if;
    if pg_temp.has_column(tickets, 'earlier_id') then
      perform pg_temp.set_aside(messages, 'ticket_id', 'uuid');
      update public.ticket_messages m set ticket_id = t.id
        from public.tickets t where to_jsonb(t) ->> 'earlier_id' = to_jsonb(m) ->> 'earlier_ticket_id';
    end if;
    alter table public.ticket_messages
      add column if not exists is_admin boolean not null default false,
      add column if not exists is_read boolean not null default false,
      add column if not exists source text;
    update public.ticket_messages m set source = case when m.is_admin then 'admin' else 'cabinet' end;
    -- What the old triggers and pages may have miscounted.
    alter table public.tickets
      add column if not exists unread_count integer,
      add column if not exists user_unread_count integer;
    update public.tickets t set
      unread_count = (select count(*) from public.ticket_messages m where m.ticket_id = t.id and not m.is_read and not m.is_admin),
      user_unread_count = (select count(*) from public.ticket_messages m where m.ticket_id = t.id and not m.is_read and m.is_admin);
    if pg_temp.has_column(messages, 'message') then
      alter table public.tickets
        add column if not exists last_message_preview text,
        add column if not exists last_message_is_admin boolean;
      update public.tickets t set
        last_message_at = latest.created_at,
        last_message_is_admin = latest.is_admin,
        last_message_preview = left(regexp_replace(latest.message, '\s+', ' ', 'g'), 140)
      from (
        select distinct on (m.ticket_id) m.ticket_id, m.created_at, m.is_admin, m.message
        from public.ticket_messages m order by m.ticket_id, m.created_at desc) latest
      where latest.ticket_id = t.id;
    end if;
  end if;

  if attachments is not null and not pg_temp.has_column(attachments, 'position') then
    select atttypid::regtype into id_type from pg_attribute where attrelid = attachments and attname = 'id';
    if id_type <> 'uuid'::regtype then
      perform pg_temp.renumber(attachments);
    end if;
    if pg_temp.has_column(messages, 'earlier_id') then
      perform pg_temp.set_aside(attachments, 'message_id', 'uuid');
      update public.ticket_attachments a set message_id = m.id
        from public.ticket_messages m where to_jsonb(m) ->> 'earlier_id' = to_jsonb(a) ->> 'earlier_message_id';
    end if;
    -- A file's address becomes its object's name: what follows the bucket in it.
    alter table public.ticket_attachments
      add column if not exists ticket_id uuid,
      add column if not exists file_path text,
      add column if not exists file_name text;
    update public.ticket_attachments a set
      ticket_id = m.ticket_id,
      file_path = coalesce(a.file_path, substring(to_jsonb(a) ->> 'file_url' from '/ticket-attachments/([^?]+)'), 'lost/' || a.id),
      file_name = coalesce(a.file_name, 'file')
      from public.ticket_messages m where m.id = a.message_id;
  end if;

  -- Nobody fills the old system's own columns any more.
  for old in
    select a.attrelid::regclass as target, a.attname as name from pg_attribute a
    where a.attrelid = any (tables) and a.attnum > 0 and not a.attisdropped
      and a.attnotnull and not a.atthasdef and a.attidentity = '' and not a.attname = any (ours)
      and not exists (
        select 1 from pg_constraint c where c.conrelid = a.attrelid and c.contype = 'p' and a.attnum = any (c.conkey))
  loop
    execute format('alter table %s alter column %I drop not null', old.target, old.name);
  end loop;
end
$upgrade$;
