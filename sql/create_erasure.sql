-- Trivet: forgetting. A person's data, and files that nothing lists any more. Re-runnable; runs after the bridge's scripts.
-- Files are removed through the Storage API only: SQL names them, core/queries/files.ts removes them.

create or replace function private.topics_of(person uuid)
returns jsonb language sql stable security definer set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'number', t.number,
      'chat_id', p.chat_id,
      'thread_id', p.thread_id,
      -- In a group without topics the ticket is its messages.
      'message_ids', case when p.thread_id is null then (
        select coalesce(pg_catalog.jsonb_agg(distinct m.telegram_message_id), '[]')
        from public.telegram_messages m where m.ticket_id = t.id and m.chat_id = p.chat_id) else '[]' end)
    order by t.number), '[]')
  from public.tickets t join public.telegram_topics p on p.ticket_id = t.id
  where t.user_id = topics_of.person and p.chat_id is not null
$$;
comment on function private.topics_of is
  'Where a person''s tickets are in Telegram: [{number, chat_id, thread_id, message_ids}].';

create or replace function public.person_data(email text)
returns jsonb language sql stable security definer set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'id', p.id,
    'role', p.role,
    'topics', private.topics_of(p.id),
    'files', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('bucket', o.bucket_id, 'name', o.name)), '[]')
      from storage.objects o
      where (o.bucket_id in ('ticket-attachments', 'avatars') and (storage.foldername(o.name))[1] = p.id::text)
        or (o.bucket_id = 'ticket-attachments' and exists (
          select 1 from public.ticket_attachments a join public.tickets t on t.id = a.ticket_id
          where a.file_path = o.name and t.user_id = p.id))))
  from public.profiles p where pg_catalog.lower(p.email) = pg_catalog.lower(person_data.email)
$$;
comment on function public.person_data is
  'For erasing, with the secret key: {id, role, topics: [{number, chat_id, thread_id, message_ids}], files: [{bucket, name}]} of the person with an e-mail address; null without one. Errors: none.';

create or replace function public.erase_person(person uuid)
returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  erased jsonb;
begin
  -- The bridge takes these locks too: what it shows of a ticket until now is in the answer.
  perform 1 from public.tickets t where t.user_id = person order by t.id for update;
  select pg_catalog.jsonb_build_object(
      'topics', private.topics_of(person),
      'tickets', (select count(*) from public.tickets t where t.user_id = person),
      'messages', (select count(*) from public.ticket_messages m join public.tickets t on t.id = m.ticket_id where t.user_id = person),
      'attachments', (select count(*) from public.ticket_attachments a join public.tickets t on t.id = a.ticket_id where t.user_id = person),
      'notes', (select count(*) from public.ticket_notes n join public.tickets t on t.id = n.ticket_id where t.user_id = person),
      'signatures', (select count(*) from public.ticket_messages m join public.tickets t on t.id = m.ticket_id
          where m.user_id = person and t.user_id <> person)
        + (select count(*) from public.ticket_notes n join public.tickets t on t.id = n.ticket_id
          where n.author_id = person and t.user_id <> person))
    into erased;
  -- Messages, attachments, notes, topics and the outbox go with their ticket.
  delete from public.tickets t where t.user_id = person;
  -- What they wrote as staff belongs to other people's tickets and stays there, without their name.
  update public.ticket_messages m set user_id = null, sender_name = null where m.user_id = person;
  update public.ticket_notes n set author_id = null, author_name = null where n.author_id = person;
  update public.ticket_staff_state s set assigned_by_name = null
    where s.assigned_by_name = (select p.nickname from public.profiles p where p.id = person);
  update public.tickets t set staff_typing_name = null
    where t.staff_typing_name = (select p.nickname from public.profiles p where p.id = person);
  -- A dialogue's state holds whole updates, with the messages they answer: whose words are in it can't be told, so all of
  -- it goes. That there was a dialogue stays, marked as one of another version, which can't go on: its writer is told,
  -- and what they say next isn't taken for the user's.
  update public.telegram_sessions s set value = '{"version": [0, 0]}' where s.value <> '{"version": [0, 0]}';
  return erased;
end
$$;
comment on function public.erase_person is
  'For erasing, with the secret key: removes a person''s tickets with all that is in them, and their name from what they wrote in others''. The profile goes with the account. Gives {topics, tickets, messages, attachments, notes, signatures}: where the tickets were in Telegram, and counts. Again it changes nothing. Errors: none.';

create or replace function public.discarded_files(first integer default 100)
returns table (bucket text, name text) language sql stable security definer set search_path = '' as $$
  select o.bucket_id, o.name
  from storage.objects o
  left join public.ticket_attachments a on o.bucket_id = 'ticket-attachments' and a.file_path = o.name
  left join public.ticket_messages m on m.id = a.message_id
  where case
    when o.bucket_id not in ('ticket-attachments', 'avatars') then false
    when m.id is not null then m.deleted_at < pg_catalog.clock_timestamp() - interval '1 hour'
    -- An upload is sent within a day or never.
    else o.created_at < pg_catalog.clock_timestamp() - interval '1 day'
      and not (o.bucket_id = 'avatars' and exists (select 1 from public.profiles p where p.avatar = o.name))
  end
  limit discarded_files.first
$$;
comment on function public.discarded_files is
  'For the sweep, with the secret key: up to `first` files that nobody can reach any more: those of messages deleted an hour ago, uploads not sent within a day, avatars replaced. Errors: none.';

revoke execute on function private.topics_of(uuid) from public, anon, authenticated;
revoke execute on function public.person_data(text) from public, anon, authenticated;
revoke execute on function public.erase_person(uuid) from public, anon, authenticated;
revoke execute on function public.discarded_files(integer) from public, anon, authenticated;
grant execute on function public.person_data(text) to service_role;
grant execute on function public.erase_person(uuid) to service_role;
grant execute on function public.discarded_files(integer) to service_role;
