-- For tests: what an earlier support system may have left in a project, in its own way: other types, other values,
-- rules that give away too much, columns that must be filled, its own triggers, and rows.

create type public.ticket_state as enum ('open', 'in_progress', 'resolved', 'archived');
create table public.departments (id serial primary key, name text not null);
insert into public.departments (name) values ('Sales');

create table public.profiles (
  id uuid primary key references auth.users (id),
  username text unique,
  email varchar(100),
  avatar_url text,
  role varchar(20) default 'customer',
  balance numeric not null default 0,
  created_at timestamp default now()
);
alter table public.profiles enable row level security;
create policy "Public profiles are viewable by everyone" on public.profiles for select using (true);
create policy "Users can update own profile" on public.profiles for update using (auth.uid() = id);

create table public.tickets (
  id serial primary key,
  user_id uuid not null references auth.users (id),
  title varchar(200) not null,
  category text not null,
  department_id integer references public.departments (id),
  status public.ticket_state not null default 'open',
  priority text not null default 'normal' check (priority in ('low', 'normal', 'high')),
  created_at timestamp not null default now(),
  updated_at timestamptz default now()
);
create index tickets_status on public.tickets (status);
alter table public.tickets enable row level security;
create policy "Everybody sees tickets" on public.tickets for select using (true);
create view public.ticket_states as select id, status from public.tickets;

create table public.ticket_messages (
  id bigint generated always as identity primary key,
  ticket_id integer not null references public.tickets (id) on delete cascade,
  user_id uuid references auth.users (id) on delete cascade,
  message text not null,
  is_admin boolean default false,
  is_read boolean default false,
  created_at timestamptz default now()
);
alter table public.ticket_messages enable row level security;
create policy "Everybody sees messages" on public.ticket_messages for select to anon, authenticated using (true);

create table public.ticket_attachments (
  id uuid primary key default gen_random_uuid(),
  message_id bigint references public.ticket_messages (id) on delete cascade,
  file_url text not null,
  file_name text,
  file_size integer
);

-- Another table that points at tickets, and must go on doing so.
create table public.ticket_ratings (ticket_id integer primary key references public.tickets (id), stars integer not null);

create function public.handle_new_user() returns trigger language plpgsql security definer as $$
begin
  insert into public.profiles (id, email) values (new.id, new.email);
  return new;
end
$$;
create trigger on_auth_user_created after insert on auth.users for each row execute function public.handle_new_user();
create function public.count_unread() returns trigger language plpgsql as $$
begin
  update public.tickets set updated_at = now() where id = new.ticket_id;
  return new;
end
$$;
create trigger on_ticket_message after insert on public.ticket_messages for each row execute function public.count_unread();
create function public.archive_closed_tickets() returns void language sql as 'select 1';

insert into storage.buckets (id, name, public) values ('ticket-attachments', 'ticket-attachments', true);
create policy "Anyone can view ticket attachments" on storage.objects for select using (bucket_id = 'ticket-attachments');

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-00000000000a', 'anna@example.com'),
  ('00000000-0000-4000-8000-00000000000b', 'boris@example.com'),
  ('00000000-0000-4000-8000-00000000000c', 'staff@example.com');
update public.profiles set username = 'anna', balance = 12.5 where email = 'anna@example.com';
update public.profiles set role = 'admin' where email = 'staff@example.com';
insert into public.tickets (user_id, title, category, department_id, status, priority, created_at, updated_at) values
  ('00000000-0000-4000-8000-00000000000a', 'Where is my order?', 'orders', 1, 'in_progress', 'high', '2025-01-01 10:00', '2025-01-02 10:00Z'),
  ('00000000-0000-4000-8000-00000000000a', 'Thanks', 'other', null, 'resolved', 'low', '2025-02-01 10:00', '2025-02-02 10:00Z'),
  ('00000000-0000-4000-8000-00000000000b', 'Refund', 'money', null, 'archived', 'normal', '2025-03-01 10:00', '2025-03-02 10:00Z');
insert into public.ticket_messages (ticket_id, user_id, message, is_admin, is_read, created_at) values
  (1, '00000000-0000-4000-8000-00000000000a', 'It has not come.', false, true, '2025-01-01 10:00Z'),
  (1, '00000000-0000-4000-8000-00000000000c', 'It is on its way.', true, false, '2025-01-01 11:00Z'),
  (2, '00000000-0000-4000-8000-00000000000a', 'It came.', false, false, '2025-02-01 10:00Z');
insert into public.ticket_attachments (message_id, file_url, file_name, file_size) values
  (1, 'https://example.supabase.co/storage/v1/object/public/ticket-attachments/anna/box.jpg', 'box.jpg', 1234);
insert into public.ticket_ratings values (2, 5);
