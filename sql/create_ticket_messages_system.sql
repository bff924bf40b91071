-- Trivet, script 1: tables, row level security, triggers, storage and realtime.
-- Runs in Supabase's SQL editor or through psql, as often as you like: what exists is kept and extended.
--
--   1. schema and settings      5. messages and attachments   9. storage
--   2. helpers                  6. notes                      10. realtime
--   3. profiles                 7. triggers
--   4. tickets                  8. row level security
--
-- Browsers only ever read these tables; they write through the functions of create_ticket_functions.sql.


-- 1. Schema and settings ---------------------------------------------------------------------------------------------

-- Helpers live where PostgREST doesn't look.
create schema if not exists private;
comment on schema private is 'Trivet''s helpers: not exposed by the API.';
revoke all on schema private from public;
grant usage on schema private to authenticated, service_role;

create table if not exists private.settings (
  id boolean primary key default true,
  constraint settings_single_row check (id)
);
alter table private.settings
  add column if not exists subject_length integer not null default 200,
  add column if not exists message_length integer not null default 8000,
  add column if not exists note_length integer not null default 8000,
  add column if not exists nickname_length integer not null default 64,
  add column if not exists attachment_bytes integer not null default 5242880,
  add column if not exists attachments_per_message integer not null default 10,
  add column if not exists file_name_length integer not null default 255,
  add column if not exists messages_per_minute integer not null default 60,
  add column if not exists tickets_per_day integer not null default 50,
  add column if not exists edit_window interval not null default interval '15 minutes',
  add column if not exists archive_after interval not null default interval '1 minute';
comment on table private.settings is 'One row: the desk''s limits, as in core/limits.ts. Change a value here to change the rule.';
alter table private.settings enable row level security;
insert into private.settings default values on conflict do nothing;


-- 2. Helpers ---------------------------------------------------------------------------------------------------------

create or replace function private.fail(status integer, code text, message text, hint text)
returns void language plpgsql set search_path = '' as $$
begin
  raise exception using
    errcode = 'PT' || fail.status::text,
    message = fail.message,
    detail = fail.code,
    hint = fail.hint;
end
$$;
comment on function private.fail is
  'Raises an error that PostgREST answers with HTTP `status`: `message` says what happened, `hint` what to do, `details` holds the code of core/errors.ts.';

create or replace function private.ensure_constraint(target regclass, name text, definition text)
returns void language plpgsql set search_path = '' as $$
begin
  if not exists (
    select 1 from pg_catalog.pg_constraint c
    where c.conrelid = ensure_constraint.target and c.conname = ensure_constraint.name
  ) then
    execute pg_catalog.format('alter table %s add constraint %I %s', target, name, definition);
  end if;
end
$$;
comment on function private.ensure_constraint is 'Adds a constraint unless one of that name is there: `add constraint` knows no `if not exists`.';

create or replace function private.single_line(value text)
returns text language sql immutable set search_path = '' as $$
  -- Spelt out: what \s means beyond ASCII depends on the database's locale.
  select pg_catalog.btrim(pg_catalog.regexp_replace(
    pg_catalog.regexp_replace(coalesce(value, ''), '[\u202a-\u202e\u2066-\u2069]', '', 'g'),
    '[\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'))
$$;
comment on function private.single_line is
  'A text for one line: white space and control characters become one blank; marks that turn the writing direction, with which names are faked, go.';

create or replace function private.is_blank(value text)
returns boolean language sql immutable set search_path = '' as $$
  select coalesce(value, '') ~ ('^[\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f'
    '\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]*$')
$$;
comment on function private.is_blank is 'True for a text in which a person would see nothing.';

create or replace function private.visible_line(value text)
returns text language sql immutable set search_path = '' as $$
  select case when not private.is_blank(value) then private.single_line(value) end
$$;
comment on function private.visible_line is 'private.single_line of a text; null when a person would see nothing.';


-- 3. Profiles --------------------------------------------------------------------------------------------------------

create table if not exists public.profiles (
  id uuid primary key references auth.users (id) on delete cascade
);
alter table public.profiles
  add column if not exists nickname text,
  add column if not exists email text,
  add column if not exists avatar text,
  add column if not exists member_id text,
  add column if not exists role text not null default 'user',
  add column if not exists locale text not null default 'ru',
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now();
comment on table public.profiles is 'One row per auth user, made by a trigger. Nobody changes their own role.';
comment on column public.profiles.avatar is 'Path in the bucket `avatars`.';
comment on column public.profiles.member_id is 'Short public number that user and staff name to each other.';
create unique index if not exists profiles_member_id_key on public.profiles (member_id);
create index if not exists profiles_email_idx on public.profiles (lower(email));
create index if not exists profiles_staff_idx on public.profiles (id) where role = 'admin';

create or replace function private.new_member_id()
returns text language plpgsql volatile set search_path = '' as $$
declare
  -- Without 0/O, 1/I/L and U: it is read out over the telephone.
  alphabet constant text := '23456789ABCDEFGHJKMNPQRSTVWXYZ';
  candidate text;
begin
  loop
    select 'M-' || pg_catalog.string_agg(
        pg_catalog.substr(alphabet, 1 + pg_catalog.floor(pg_catalog.random() * pg_catalog.length(alphabet))::integer, 1), '')
      into candidate
      from pg_catalog.generate_series(1, 6);
    exit when not exists (select 1 from public.profiles p where p.member_id = candidate);
  end loop;
  return candidate;
end
$$;
comment on function private.new_member_id is 'A free Member ID such as M-7K2QX9.';

create or replace function private.make_profile(account auth.users)
returns void language sql security definer set search_path = '' as $$
  insert into public.profiles (id, email, nickname, locale, member_id)
  values (
    account.id,
    coalesce(account.email, ''),
    pg_catalog.left(coalesce(
      private.visible_line(account.raw_user_meta_data ->> 'nickname'),
      private.visible_line(pg_catalog.split_part(account.email, '@', 1)),
      'user'), (select s.nickname_length from private.settings s)),
    case when account.raw_user_meta_data ->> 'locale' = 'en' then 'en' else 'ru' end,
    private.new_member_id())
  on conflict (id) do nothing
$$;
comment on function private.make_profile is
  'Makes an account''s profile. From the sign-up''s metadata it takes a nickname and a language, never a role.';

-- What the table's earlier life may have left empty.
update public.profiles p set
  nickname = coalesce(p.nickname, nullif(split_part(p.email, '@', 1), ''), 'user'),
  email = coalesce(p.email, (select u.email from auth.users u where u.id = p.id), ''),
  member_id = coalesce(p.member_id, private.new_member_id())
where p.nickname is null or p.email is null or p.member_id is null;
select private.make_profile(u) from auth.users u where not exists (select 1 from public.profiles p where p.id = u.id);
alter table public.profiles
  alter column nickname set not null,
  alter column email set not null,
  alter column member_id set not null;
select private.ensure_constraint('public.profiles', 'profiles_role_check', $$check (role in ('user', 'admin'))$$);
select private.ensure_constraint('public.profiles', 'profiles_locale_check', $$check (locale in ('ru', 'en'))$$);


-- 4. Tickets ---------------------------------------------------------------------------------------------------------

create table if not exists public.tickets (
  id uuid primary key default gen_random_uuid()
);
alter table public.tickets
  add column if not exists number bigint generated by default as identity (start with 1001),
  add column if not exists user_id uuid,
  add column if not exists subject text not null default '',
  add column if not exists status text not null default 'open',
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now(),
  add column if not exists last_message_at timestamptz not null default now(),
  add column if not exists last_message_preview text not null default '',
  add column if not exists last_message_is_admin boolean not null default false,
  add column if not exists closed_at timestamptz,
  add column if not exists closed_by uuid,
  add column if not exists archived_at timestamptz,
  add column if not exists unread_count integer not null default 0,
  add column if not exists user_unread_count integer not null default 0,
  add column if not exists is_typing boolean not null default false,
  add column if not exists typing_user_id uuid,
  add column if not exists typing_at timestamptz,
  add column if not exists staff_is_typing boolean not null default false,
  add column if not exists staff_typing_at timestamptz,
  add column if not exists staff_typing_name text,
  add column if not exists revision bigint not null default 1;
comment on table public.tickets is 'One conversation between a user and staff.';
comment on column public.tickets.unread_count is 'Messages of the user that staff haven''t read.';
comment on column public.tickets.user_unread_count is 'Messages of staff that the user hasn''t read.';
comment on column public.tickets.is_typing is 'The user is typing: what staff see. Not shown when typing_at is older than a few seconds.';
comment on column public.tickets.staff_is_typing is 'Staff are typing: what the user sees. Not shown when staff_typing_at is older than a few seconds.';
comment on column public.tickets.revision is 'Grows with every change: of two copies of a row the higher is the newer.';
alter table public.tickets alter column user_id set not null;
select private.ensure_constraint('public.tickets', 'tickets_user_id_fkey', 'foreign key (user_id) references public.profiles (id) on delete cascade');
select private.ensure_constraint('public.tickets', 'tickets_closed_by_fkey', 'foreign key (closed_by) references public.profiles (id) on delete set null');
select private.ensure_constraint('public.tickets', 'tickets_status_check', $$check (status in ('open', 'answered', 'closed'))$$);
create unique index if not exists tickets_number_key on public.tickets (number);
create index if not exists tickets_user_idx on public.tickets (user_id, last_message_at desc, id desc);
create index if not exists tickets_changed_idx on public.tickets (updated_at, id);
create index if not exists tickets_user_created_idx on public.tickets (user_id, created_at);
create index if not exists tickets_active_idx on public.tickets (last_message_at desc, id desc) where archived_at is null;
create index if not exists tickets_active_status_idx on public.tickets (status, last_message_at desc, id desc) where archived_at is null;
create index if not exists tickets_archived_idx on public.tickets (last_message_at desc, id desc) where archived_at is not null;
create index if not exists tickets_to_archive_idx on public.tickets (closed_at) where status = 'closed' and archived_at is null;
create index if not exists tickets_closed_by_idx on public.tickets (closed_by) where closed_by is not null;
create index if not exists tickets_typing_idx on public.tickets (typing_at, staff_typing_at) where is_typing or staff_is_typing;


-- 5. Messages and attachments ----------------------------------------------------------------------------------------

create table if not exists public.ticket_messages (
  id uuid primary key
);
alter table public.ticket_messages
  add column if not exists ticket_id uuid not null,
  add column if not exists user_id uuid,
  add column if not exists message text not null default '',
  add column if not exists is_admin boolean not null default false,
  add column if not exists source text not null default 'cabinet',
  add column if not exists sender_name text,
  add column if not exists reply_to uuid,
  add column if not exists event text,
  add column if not exists is_read boolean not null default false,
  add column if not exists read_at timestamptz,
  -- clock_timestamp(), not now(): a message waits for its ticket's lock, and the order is that of the locks.
  add column if not exists created_at timestamptz not null default clock_timestamp(),
  add column if not exists updated_at timestamptz not null default clock_timestamp(),
  add column if not exists edited_at timestamptz,
  add column if not exists deleted_at timestamptz,
  add column if not exists revision bigint not null default 1;
comment on table public.ticket_messages is 'A message exists once its row is here; everything else is derived from it.';
comment on column public.ticket_messages.id is 'Chosen by the client, so that sending again isn''t a second message.';
comment on column public.ticket_messages.sender_name is 'The sender''s public name; null: staff who show none.';
comment on column public.ticket_messages.event is 'Set on lines of the system (closed, reopened): such a row has no text and counts nowhere.';
select private.ensure_constraint('public.ticket_messages', 'ticket_messages_ticket_id_fkey', 'foreign key (ticket_id) references public.tickets (id) on delete cascade');
select private.ensure_constraint('public.ticket_messages', 'ticket_messages_user_id_fkey', 'foreign key (user_id) references public.profiles (id) on delete set null');
select private.ensure_constraint('public.ticket_messages', 'ticket_messages_reply_to_fkey', 'foreign key (reply_to) references public.ticket_messages (id) on delete set null');
select private.ensure_constraint('public.ticket_messages', 'ticket_messages_source_check', $$check (source in ('cabinet', 'admin', 'telegram', 'system'))$$);
select private.ensure_constraint('public.ticket_messages', 'ticket_messages_event_check', $$check ((source = 'system') = (event is not null) and (event is null or event in ('closed', 'reopened')))$$);
create index if not exists ticket_messages_thread_idx on public.ticket_messages (ticket_id, created_at desc, id desc);
create index if not exists ticket_messages_changed_idx on public.ticket_messages (ticket_id, updated_at);
create index if not exists ticket_messages_unread_idx on public.ticket_messages (ticket_id, is_admin) where not is_read;
create index if not exists ticket_messages_user_idx on public.ticket_messages (user_id, created_at);
create index if not exists ticket_messages_reply_idx on public.ticket_messages (reply_to) where reply_to is not null;

create table if not exists public.ticket_attachments (
  id uuid primary key default gen_random_uuid()
);
alter table public.ticket_attachments
  add column if not exists message_id uuid not null,
  add column if not exists ticket_id uuid not null,
  add column if not exists file_path text not null,
  add column if not exists file_name text not null,
  add column if not exists file_type text not null default 'application/octet-stream',
  add column if not exists file_size bigint not null default 0,
  add column if not exists width integer,
  add column if not exists height integer,
  add column if not exists position smallint not null default 0,
  add column if not exists created_at timestamptz not null default clock_timestamp();
comment on table public.ticket_attachments is 'Files of a message; they lie in the private bucket `ticket-attachments`.';
comment on column public.ticket_attachments.file_path is 'Object name: <uploader''s id or "telegram">/<message id>/<name>.';
comment on column public.ticket_attachments.file_name is 'The name as the sender''s device had it; shown, never used as a path.';
-- Deferred: post_message writes the files first, so that the message's trigger can see them.
select private.ensure_constraint('public.ticket_attachments', 'ticket_attachments_message_id_fkey', 'foreign key (message_id) references public.ticket_messages (id) on delete cascade deferrable initially deferred');
select private.ensure_constraint('public.ticket_attachments', 'ticket_attachments_ticket_id_fkey', 'foreign key (ticket_id) references public.tickets (id) on delete cascade');
create unique index if not exists ticket_attachments_file_path_key on public.ticket_attachments (file_path);
create index if not exists ticket_attachments_message_idx on public.ticket_attachments (message_id, position);
create index if not exists ticket_attachments_ticket_idx on public.ticket_attachments (ticket_id);


-- 6. Notes -----------------------------------------------------------------------------------------------------------

create table if not exists public.ticket_notes (
  id uuid primary key default gen_random_uuid(),
  ticket_id uuid not null references public.tickets (id) on delete cascade,
  author_id uuid references public.profiles (id) on delete set null,
  author_name text,
  note text not null,
  source text not null default 'admin' check (source in ('admin', 'telegram')),
  created_at timestamptz not null default clock_timestamp()
);
comment on table public.ticket_notes is 'What staff write to each other about a ticket; no user sees it by any road.';
create index if not exists ticket_notes_ticket_idx on public.ticket_notes (ticket_id, created_at);
create index if not exists ticket_notes_author_idx on public.ticket_notes (author_id);


-- 7. Triggers --------------------------------------------------------------------------------------------------------

create or replace function private.on_account_created()
returns trigger language plpgsql security definer set search_path = '' as $$
begin
  perform private.make_profile(new);
  return null;
end
$$;
create or replace trigger trivet_account_created after insert on auth.users
  for each row execute function private.on_account_created();

create or replace function private.on_account_email_changed()
returns trigger language plpgsql security definer set search_path = '' as $$
begin
  update public.profiles p set email = coalesce(new.email, '') where p.id = new.id;
  return null;
end
$$;
create or replace trigger trivet_account_email_changed after update of email on auth.users
  for each row when (old.email is distinct from new.email) execute function private.on_account_email_changed();

create or replace function private.on_profile_changed()
returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at := pg_catalog.clock_timestamp();
  return new;
end
$$;
create or replace trigger trivet_profile_changed before update on public.profiles
  for each row execute function private.on_profile_changed();

create or replace function private.on_row_revised()
returns trigger language plpgsql set search_path = '' as $$
begin
  new.revision := old.revision + 1;
  new.updated_at := pg_catalog.clock_timestamp();
  return new;
end
$$;
create or replace trigger trivet_ticket_revised before update on public.tickets
  for each row execute function private.on_row_revised();
create or replace trigger trivet_message_revised before update on public.ticket_messages
  for each row execute function private.on_row_revised();

create or replace function private.preview_of(message public.ticket_messages)
returns text language sql stable set search_path = '' as $$
  select case
    when message.message <> '' then pg_catalog.left(private.single_line(message.message), 140)
    else coalesce((
      select '📎 ' || pg_catalog.left(a.file_name, 120)
      from public.ticket_attachments a where a.message_id = message.id order by a.position limit 1), '')
  end
$$;
comment on function private.preview_of is 'The line a ticket''s list shows of a message: its text, or the name of its first file.';

create or replace function private.on_message_posted()
returns trigger language plpgsql security definer set search_path = '' as $$
begin
  update public.tickets t set
    last_message_at = new.created_at,
    last_message_preview = private.preview_of(new),
    last_message_is_admin = new.is_admin,
    status = case when t.status = 'closed' then t.status when new.is_admin then 'answered' else 'open' end,
    unread_count = t.unread_count + case when new.is_admin or new.is_read then 0 else 1 end,
    user_unread_count = t.user_unread_count + case when new.is_admin and not new.is_read then 1 else 0 end,
    is_typing = t.is_typing and new.is_admin,
    staff_is_typing = t.staff_is_typing and not new.is_admin
  where t.id = new.ticket_id;
  return null;
end
$$;
create or replace trigger trivet_message_posted after insert on public.ticket_messages
  for each row when (new.source <> 'system') execute function private.on_message_posted();

create or replace function private.on_message_rewritten()
returns trigger language plpgsql security definer set search_path = '' as $$
declare
  latest public.ticket_messages;
begin
  select * into latest from public.ticket_messages m
    where m.ticket_id = new.ticket_id and m.source <> 'system' and m.deleted_at is null
    order by m.created_at desc, m.id desc limit 1;
  update public.tickets t set
    last_message_preview = coalesce(private.preview_of(latest), ''),
    last_message_is_admin = coalesce(latest.is_admin, false),
    unread_count = (
      select count(*) from public.ticket_messages m
      where m.ticket_id = new.ticket_id and not m.is_read and not m.is_admin and m.deleted_at is null and m.source <> 'system'),
    user_unread_count = (
      select count(*) from public.ticket_messages m
      where m.ticket_id = new.ticket_id and not m.is_read and m.is_admin and m.deleted_at is null and m.source <> 'system')
  where t.id = new.ticket_id;
  return null;
end
$$;
create or replace trigger trivet_message_rewritten after update of message, deleted_at on public.ticket_messages
  for each row when (old.message is distinct from new.message or old.deleted_at is distinct from new.deleted_at)
  execute function private.on_message_rewritten();


-- 8. Row level security ----------------------------------------------------------------------------------------------

create or replace function private.is_admin()
returns boolean language sql stable security definer set search_path = '' as $$
  select exists (select 1 from public.profiles p where p.id = (select auth.uid()) and p.role = 'admin')
$$;
comment on function private.is_admin is 'Whether the caller is staff. Wrapped in (select …) it is asked once a query.';

alter table public.profiles enable row level security;
alter table public.tickets enable row level security;
alter table public.ticket_messages enable row level security;
alter table public.ticket_attachments enable row level security;
alter table public.ticket_notes enable row level security;

-- A Supabase project grants everything on new tables to browsers; here they read what a policy shows, and no more.
revoke all on public.profiles, public.tickets, public.ticket_messages, public.ticket_attachments, public.ticket_notes
  from public, anon, authenticated;
grant select on public.profiles, public.tickets, public.ticket_messages, public.ticket_attachments, public.ticket_notes
  to authenticated;
grant all on public.profiles, public.tickets, public.ticket_messages, public.ticket_attachments, public.ticket_notes
  to service_role;
grant select, update on private.settings to service_role;

drop policy if exists "People read their own profile, staff read all" on public.profiles;
create policy "People read their own profile, staff read all" on public.profiles
  for select to authenticated
  using (id = (select auth.uid()) or (select private.is_admin()));

drop policy if exists "Users read their own tickets, staff read all" on public.tickets;
create policy "Users read their own tickets, staff read all" on public.tickets
  for select to authenticated
  using (user_id = (select auth.uid()) or (select private.is_admin()));

drop policy if exists "Messages are read by who reads the ticket" on public.ticket_messages;
create policy "Messages are read by who reads the ticket" on public.ticket_messages
  for select to authenticated
  using (
    (select private.is_admin())
    or exists (select 1 from public.tickets t where t.id = ticket_id and t.user_id = (select auth.uid())));

drop policy if exists "Attachments are read by who reads the message" on public.ticket_attachments;
create policy "Attachments are read by who reads the message" on public.ticket_attachments
  for select to authenticated
  using (exists (select 1 from public.ticket_messages m where m.id = message_id and m.deleted_at is null));

drop policy if exists "Staff read notes" on public.ticket_notes;
create policy "Staff read notes" on public.ticket_notes
  for select to authenticated
  using ((select private.is_admin()));


-- 9. Storage ---------------------------------------------------------------------------------------------------------

insert into storage.buckets (id, name, public, file_size_limit)
  values ('ticket-attachments', 'ticket-attachments', false, 5242880)
  on conflict (id) do update set public = false, file_size_limit = coalesce(buckets.file_size_limit, excluded.file_size_limit);
-- Avatars are shown beside every message to both sides, so they are public, but small and pictures only.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
  values ('avatars', 'avatars', true, 1048576, array['image/png', 'image/jpeg', 'image/webp', 'image/gif'])
  on conflict (id) do nothing;

drop policy if exists "Ticket files: uploaded into one's own folder" on storage.objects;
create policy "Ticket files: uploaded into one's own folder" on storage.objects
  for insert to authenticated
  with check (
    bucket_id = 'ticket-attachments'
    and (storage.foldername(name))[1] = (select auth.uid())::text
    and name ~ '^[0-9a-f-]{36}/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/[A-Za-z0-9][A-Za-z0-9._-]{0,199}$');

drop policy if exists "Ticket files: read by the uploader and by who reads the message" on storage.objects;
create policy "Ticket files: read by the uploader and by who reads the message" on storage.objects
  for select to authenticated
  using (
    bucket_id = 'ticket-attachments'
    and ((storage.foldername(name))[1] = (select auth.uid())::text
      or exists (select 1 from public.ticket_attachments a where a.file_path = objects.name)));

drop policy if exists "Ticket files: taken back by the uploader until sent" on storage.objects;
create policy "Ticket files: taken back by the uploader until sent" on storage.objects
  for delete to authenticated
  using (
    bucket_id = 'ticket-attachments'
    and (storage.foldername(name))[1] = (select auth.uid())::text
    and not exists (select 1 from public.ticket_attachments a where a.file_path = objects.name));

drop policy if exists "Avatars: uploaded into one's own folder" on storage.objects;
create policy "Avatars: uploaded into one's own folder" on storage.objects
  for insert to authenticated
  with check (
    bucket_id = 'avatars'
    and (storage.foldername(name))[1] = (select auth.uid())::text
    and name ~ '^[0-9a-f-]{36}/[0-9a-f-]{36}\.(png|jpg|jpeg|webp|gif)$');

drop policy if exists "Avatars: seen and removed by their owner" on storage.objects;
create policy "Avatars: seen and removed by their owner" on storage.objects
  for select to authenticated
  using (bucket_id = 'avatars' and (storage.foldername(name))[1] = (select auth.uid())::text);
drop policy if exists "Avatars: removed by their owner" on storage.objects;
create policy "Avatars: removed by their owner" on storage.objects
  for delete to authenticated
  using (bucket_id = 'avatars' and (storage.foldername(name))[1] = (select auth.uid())::text);


-- 10. Realtime -------------------------------------------------------------------------------------------------------

create or replace function private.publish(target regclass)
returns void language plpgsql set search_path = '' as $$
begin
  if not exists (select 1 from pg_catalog.pg_publication p where p.pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
  if not exists (
    select 1 from pg_catalog.pg_publication p
    left join pg_catalog.pg_publication_rel r on r.prpubid = p.oid and r.prrelid = target
    where p.pubname = 'supabase_realtime' and (p.puballtables or r.oid is not null)
  ) then
    execute pg_catalog.format('alter publication supabase_realtime add table %s', target);
  end if;
end
$$;
comment on function private.publish is 'Adds a table to Supabase''s realtime publication, unless it is in.';

select private.publish('public.tickets');
select private.publish('public.ticket_messages');
select private.publish('public.ticket_attachments');
select private.publish('public.ticket_notes');

revoke execute on all functions in schema private from public, anon, authenticated;
grant execute on function private.is_admin() to authenticated;
