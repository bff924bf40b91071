-- Trivet: what staff work with among themselves: canned replies, who has taken a ticket, which tickets are muted, and
-- writing to a user first. Re-runnable; needs create_ticket_functions.sql.
--
--   1. canned replies           3. writing to a user first
--   2. assignment and muting    4. who may call what
--
-- Each thing has one private function that does it, one here for staff in the panel, and one for the bot in
-- create_telegram_staff_tools.sql.


-- 1. Canned replies --------------------------------------------------------------------------------------------------

alter table private.settings
  add column if not exists canned_name_length integer not null default 64;

create table if not exists public.canned_replies (
  id uuid primary key default gen_random_uuid()
);
alter table public.canned_replies
  add column if not exists name text not null,
  add column if not exists text text not null,
  add column if not exists created_by uuid references public.profiles (id) on delete set null,
  add column if not exists created_at timestamptz not null default clock_timestamp(),
  add column if not exists updated_at timestamptz not null default clock_timestamp();
comment on table public.canned_replies is 'Answers that staff give often, each under a name.';
comment on column public.canned_replies.text is 'May hold {nickname} and {number}: core/canned.ts puts in the user''s name and the ticket''s number.';
create unique index if not exists canned_replies_name_key on public.canned_replies (lower(name));
create index if not exists canned_replies_created_by_idx on public.canned_replies (created_by) where created_by is not null;

create or replace function private.save_canned_reply_as(name text, body text, author_id uuid)
returns public.canned_replies language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  line text := private.single_line(save_canned_reply_as.name);
  allowed integer := (select s.canned_name_length from private.settings s);
  checked text;
  saved public.canned_replies;
begin
  if private.is_blank(line) then
    perform private.fail(422, 'canned_name_empty', 'The canned reply has no name.', 'Give it a short one.');
  end if;
  if pg_catalog.char_length(line) > allowed then
    perform private.fail(422, 'canned_name_too_long',
      pg_catalog.format('A canned reply''s name has %s characters at most.', allowed), 'Choose a shorter one.');
  end if;
  checked := private.checked_text(
    save_canned_reply_as.body, (select s.message_length from private.settings s), 'message_empty', 'message_too_long', false);
  insert into public.canned_replies as c (name, text, created_by) values (line, checked, save_canned_reply_as.author_id)
    on conflict (lower(name)) do update set
      name = excluded.name, text = excluded.text, updated_at = pg_catalog.clock_timestamp()
    returning * into saved;
  return saved;
end
$$;
comment on function private.save_canned_reply_as is
  'Makes a canned reply, or replaces the one of that name in whatever case. Errors: 422 canned_name_empty, canned_name_too_long, message_empty, message_too_long.';

create or replace function public.save_canned_reply(name text, text text)
returns public.canned_replies language plpgsql security definer set search_path = '' as $$
declare
  caller public.profiles := private.staff_caller();
begin
  return private.save_canned_reply_as(save_canned_reply.name, save_canned_reply.text, caller.id);
end
$$;
comment on function public.save_canned_reply is
  'Staff make a canned reply, or replace the one of that name (case doesn''t count). Out: the row. Errors: 403 not_staff; those of private.save_canned_reply_as.';

create or replace function public.delete_canned_reply(name text)
returns void language plpgsql security definer set search_path = '' as $$
begin
  perform private.staff_caller();
  delete from public.canned_replies c where lower(c.name) = lower(private.single_line(delete_canned_reply.name));
end
$$;
comment on function public.delete_canned_reply is
  'Staff delete the canned reply of that name; deleting what isn''t there does nothing. Errors: 403 not_staff.';


-- 2. Assignment and muting -------------------------------------------------------------------------------------------

create table if not exists public.ticket_staff_state (
  ticket_id uuid primary key references public.tickets (id) on delete cascade
);
alter table public.ticket_staff_state
  add column if not exists assignee_id uuid references public.profiles (id) on delete set null,
  add column if not exists assignee_telegram_id bigint,
  add column if not exists assignee_name text,
  add column if not exists assigned_at timestamptz,
  add column if not exists assigned_by_name text,
  add column if not exists muted_until timestamptz,
  add column if not exists updated_at timestamptz not null default clock_timestamp(),
  add column if not exists revision bigint not null default 1;
comment on table public.ticket_staff_state is 'What staff agree on about a ticket: who has taken it, whether it is muted. No user sees it. One row per ticket, made on first need.';
comment on column public.ticket_staff_state.assignee_id is 'The staff profile that has taken it; null: nobody, or a Telegram account without a profile.';
comment on column public.ticket_staff_state.assignee_telegram_id is 'The Telegram account that has taken it, when it isn''t linked to a profile.';
comment on column public.ticket_staff_state.assignee_name is 'Whose ticket it is, as staff are shown it; null: nobody''s.';
comment on column public.ticket_staff_state.muted_until is 'Until then its messages make no noise; infinity: until somebody unmutes it.';
create index if not exists ticket_staff_state_assignee_idx on public.ticket_staff_state (assignee_id) where assignee_id is not null;

create or replace function private.on_staff_state_changed()
returns trigger language plpgsql set search_path = '' as $$
begin
  -- The assignee's account is gone (the foreign key set null), and their name goes with it.
  if new.assignee_id is null and old.assignee_id is not null and new.assigned_at is not distinct from old.assigned_at then
    new.assignee_name := null;
    new.assigned_at := null;
  end if;
  new.revision := old.revision + 1;
  new.updated_at := pg_catalog.clock_timestamp();
  return new;
end
$$;
comment on function private.on_staff_state_changed is 'Trigger: counts revisions, and forgets the name of an assignee whose account is gone.';
create or replace trigger trivet_staff_state_changed before update on public.ticket_staff_state
  for each row execute function private.on_staff_state_changed();

create or replace function private.on_assignee_renamed()
returns trigger language plpgsql security definer set search_path = '' as $$
begin
  update public.ticket_staff_state s set assignee_name = new.nickname where s.assignee_id = new.id;
  return null;
end
$$;
comment on function private.on_assignee_renamed is 'Trigger: a staff member''s tickets follow their name.';
create or replace trigger trivet_assignee_renamed after update of nickname on public.profiles
  for each row when (old.nickname is distinct from new.nickname) execute function private.on_assignee_renamed();

create or replace function private.assign_ticket_as(
  ticket_id uuid, assignee_id uuid, telegram_id bigint, name text, by_name text)
returns public.ticket_staff_state language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  assignee public.profiles;
  state public.ticket_staff_state;
begin
  perform private.lock_any_ticket(ticket_id);
  if assignee_id is not null then
    select * into assignee from public.profiles p where p.id = assignee_id and p.role = 'admin';
    if assignee.id is null then
      perform private.fail(422, 'assignee_not_staff', 'Only staff can take a ticket.', 'Choose somebody of the staff.');
    end if;
    telegram_id := null;
    name := assignee.nickname;
  end if;
  select * into state from public.ticket_staff_state s where s.ticket_id = ticket_id;
  if state.assignee_id is not distinct from assignee_id and state.assignee_telegram_id is not distinct from telegram_id
    and (state.ticket_id is not null or name is null) then
    return state;
  end if;
  insert into public.ticket_staff_state as s (ticket_id, assignee_id, assignee_telegram_id, assignee_name, assigned_at, assigned_by_name)
    values (ticket_id, assignee_id, telegram_id, name, pg_catalog.clock_timestamp(), by_name)
    on conflict on constraint ticket_staff_state_pkey do update set
      assignee_id = excluded.assignee_id, assignee_telegram_id = excluded.assignee_telegram_id,
      assignee_name = excluded.assignee_name, assigned_at = excluded.assigned_at,
      assigned_by_name = excluded.assigned_by_name
    returning * into state;
  return state;
end
$$;
comment on function private.assign_ticket_as is
  'Gives a ticket to a staff profile, else to a Telegram account under `name`, else (all null) to nobody; the same again changes nothing. Out: the ticket''s staff state, a row of nulls when it has none. Errors: 404 ticket_not_found; 422 assignee_not_staff.';

create or replace function public.assign_ticket(ticket_id uuid, assignee_id uuid)
returns public.ticket_staff_state language plpgsql security definer set search_path = '' as $$
declare
  caller public.profiles := private.staff_caller();
begin
  return private.assign_ticket_as(assign_ticket.ticket_id, assign_ticket.assignee_id, null, null, caller.nickname);
end
$$;
comment on function public.assign_ticket is
  'Staff give a ticket to one of them, themselves included; null: to nobody. Out: the ticket''s staff state. Errors: 403 not_staff; 404 ticket_not_found; 422 assignee_not_staff.';

create or replace function private.mute_ticket_as(ticket_id uuid, until timestamptz)
returns public.ticket_staff_state language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  state public.ticket_staff_state;
begin
  perform private.lock_any_ticket(ticket_id);
  insert into public.ticket_staff_state as s (ticket_id, muted_until) values (ticket_id, until)
    on conflict on constraint ticket_staff_state_pkey do update set muted_until = excluded.muted_until
      where s.muted_until is distinct from excluded.muted_until
    returning * into state;
  if state.ticket_id is null then
    select * into state from public.ticket_staff_state s where s.ticket_id = ticket_id;
  end if;
  return state;
end
$$;
comment on function private.mute_ticket_as is
  'Mutes a ticket until a moment (infinity: for good), or unmutes it (null). Out: the ticket''s staff state. Errors: 404 ticket_not_found.';

create or replace function public.mute_ticket(ticket_id uuid, until timestamptz)
returns public.ticket_staff_state language plpgsql security definer set search_path = '' as $$
begin
  perform private.staff_caller();
  return private.mute_ticket_as(mute_ticket.ticket_id, mute_ticket.until);
end
$$;
comment on function public.mute_ticket is
  'Staff mute a ticket for all of them, until a moment; infinity: for good; null: no longer. Out: the ticket''s staff state. Errors: 403 not_staff; 404 ticket_not_found.';

create or replace function public.staff_ticket_counts()
returns jsonb language plpgsql stable security definer set search_path = '' as $$
declare
  caller public.profiles := private.staff_caller();
begin
  return (
    with counted as (
      select
        case when s.assignee_id = caller.id then 'mine' when s.assignee_name is null then 'nobody' end as whose,
        case when t.archived_at is null then t.status else 'archived' end as state,
        t.archived_at is null and t.unread_count > 0 and t.user_id <> caller.id
          and coalesce(s.muted_until > pg_catalog.clock_timestamp(), false) as unread_and_muted
      from public.tickets t left join public.ticket_staff_state s on s.ticket_id = t.id)
    select pg_catalog.jsonb_object_agg(w.whose, (
        select pg_catalog.jsonb_build_object(
          'open', count(*) filter (where c.state = 'open'),
          'answered', count(*) filter (where c.state = 'answered'),
          'closed', count(*) filter (where c.state = 'closed'),
          'archived', count(*) filter (where c.state = 'archived'))
        from counted c where c.whose = w.whose))
      || pg_catalog.jsonb_build_object('muted_unread', (select count(*) from counted c where c.unread_and_muted))
    from (values ('mine'), ('nobody')) w (whose));
end
$$;
comment on function public.staff_ticket_counts is
  'For staff: {mine, nobody}, how many tickets the caller has taken and how many nobody has, each {open, answered, closed, archived}; and muted_unread, how many muted tickets have unread messages. Errors: 403 not_staff.';


-- 3. Writing to a user first -----------------------------------------------------------------------------------------

create or replace function private.users_found(query text, size integer)
returns jsonb language sql stable security definer set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'id', f.id, 'nickname', f.nickname, 'email', f.email, 'member_id', f.member_id, 'avatar', f.avatar)
    order by f.place, f.nickname, f.id), '[]')
  from (
    select p.id, p.nickname, p.email, p.member_id, p.avatar,
      case when lower(q.term) in (lower(p.email), lower(p.member_id)) then 0
        when lower(p.nickname) = lower(q.term) then 1 else 2 end as place
    from (select pg_catalog.btrim(users_found.query) as term) q
    join public.profiles p on q.term <> ''
      and position(lower(q.term) in lower(concat_ws(' ', p.nickname, p.email, p.member_id))) > 0
    order by place, p.nickname, p.id limit users_found.size) f
$$;
comment on function private.users_found is
  'At most size users whose e-mail address, nickname or Member ID holds query: [{id, nickname, email, member_id, avatar}], the best fitting first. No errors.';

create or replace function public.find_users(query text)
returns jsonb language plpgsql stable security definer set search_path = '' as $$
begin
  perform private.staff_caller();
  return private.users_found(find_users.query, 8);
end
$$;
comment on function public.find_users is
  'For staff: the users to write to, as private.users_found gives them, eight at most. Errors: 403 not_staff.';

create or replace function private.create_ticket_for_as(
  user_id uuid, subject text, message_id uuid, body text, attachments jsonb, author_id uuid, author_name text, source text)
returns public.tickets language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  ticket public.tickets;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('trivet:message:' || message_id::text, 0));
  select t.* into ticket from public.tickets t join public.ticket_messages m on m.ticket_id = t.id
    where m.id = message_id and m.is_admin and m.user_id is not distinct from author_id and t.user_id = user_id;
  if ticket.id is not null then
    return ticket;
  end if;
  if not exists (select from public.profiles p where p.id = user_id) then
    perform private.fail(404, 'user_not_found', 'There is no such user.', 'Look for the user once more.');
  end if;
  insert into public.tickets (user_id, subject) values (user_id, private.checked_subject(subject)) returning * into ticket;
  perform private.post_message(ticket.id, message_id, author_id, true, source, author_name, body, attachments, null);
  select * into ticket from public.tickets t where t.id = ticket.id;
  return ticket;
end
$$;
comment on function private.create_ticket_for_as is
  'Opens a ticket of a user''s with a message of staff''s; the same message_id of the same author again gives the same ticket. Errors: 404 user_not_found; those of private.checked_subject and private.post_message.';

create or replace function public.create_ticket_for(
  user_id uuid, subject text, message_id uuid, message text, attachments jsonb default '[]')
returns public.tickets language plpgsql security definer set search_path = '' as $$
declare
  caller public.profiles := private.staff_caller();
begin
  return private.create_ticket_for_as(
    create_ticket_for.user_id, create_ticket_for.subject, create_ticket_for.message_id, create_ticket_for.message,
    create_ticket_for.attachments, caller.id, caller.nickname, 'admin');
end
$$;
comment on function public.create_ticket_for is
  'Staff write to a user first: opens a ticket of the user''s with a message of the caller''s. In: as create_ticket, and whose ticket it becomes. Out: the ticket; the same message_id again gives the same ticket. Errors: 403 not_staff; those of private.create_ticket_for_as.';


-- 4. Who may call what ------------------------------------------------------------------------------------------------

alter table public.canned_replies enable row level security;
alter table public.ticket_staff_state enable row level security;
revoke all on public.canned_replies, public.ticket_staff_state from public, anon, authenticated;
grant select on public.canned_replies, public.ticket_staff_state to authenticated;
grant all on public.canned_replies, public.ticket_staff_state to service_role;

drop policy if exists "Staff read canned replies" on public.canned_replies;
create policy "Staff read canned replies" on public.canned_replies
  for select to authenticated using ((select private.is_admin()));
drop policy if exists "Staff read who has a ticket" on public.ticket_staff_state;
create policy "Staff read who has a ticket" on public.ticket_staff_state
  for select to authenticated using ((select private.is_admin()));

select private.publish('public.canned_replies');
select private.publish('public.ticket_staff_state');

revoke execute on function
  private.save_canned_reply_as(text, text, uuid), private.on_staff_state_changed(), private.on_assignee_renamed(),
  private.assign_ticket_as(uuid, uuid, bigint, text, text), private.mute_ticket_as(uuid, timestamptz),
  private.create_ticket_for_as(uuid, text, uuid, text, jsonb, uuid, text, text), private.users_found(text, integer)
  from public, anon, authenticated;
do $$
declare
  name text;
begin
  foreach name in array array[
    'save_canned_reply', 'delete_canned_reply', 'assign_ticket', 'mute_ticket', 'create_ticket_for',
    'find_users', 'staff_ticket_counts']
  loop
    execute format('revoke execute on function public.%I from public, anon', name);
    execute format('grant execute on function public.%I to authenticated, service_role', name);
  end loop;
end
$$;
