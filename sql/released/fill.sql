-- For tests: rows in every table of a released version, made through its own functions where it has them.

insert into auth.users (id, email, raw_user_meta_data) values
  ('00000000-0000-4000-8000-00000000000a', 'anna@example.com', '{"nickname": "Anna"}'),
  ('00000000-0000-4000-8000-00000000000b', 'boris@example.com', '{}'),
  ('00000000-0000-4000-8000-00000000000c', 'staff@example.com', '{"locale": "en"}');
update public.profiles set role = 'admin' where email = 'staff@example.com';
insert into storage.objects (bucket_id, name, owner, metadata) values (
  'ticket-attachments',
  '00000000-0000-4000-8000-00000000000a/00000000-0000-4000-8000-000000000001/box.png',
  '00000000-0000-4000-8000-00000000000a', '{"size": 1234, "mimetype": "image/png"}');

select set_config('request.jwt.claims', '{"sub": "00000000-0000-4000-8000-00000000000a", "role": "authenticated"}', true);
select public.create_ticket('Where is my order?', '00000000-0000-4000-8000-000000000001', 'It has not come.',
  '[{"file_path": "00000000-0000-4000-8000-00000000000a/00000000-0000-4000-8000-000000000001/box.png", "file_name": "box.png"}]');
select public.create_ticket('Thanks', '00000000-0000-4000-8000-000000000002', 'It came.', '[]');
select public.close_ticket(id) from public.tickets where subject = 'Thanks';

select set_config('request.jwt.claims', '{"sub": "00000000-0000-4000-8000-00000000000c", "role": "authenticated"}', true);
select public.send_message(id, '00000000-0000-4000-8000-000000000003', 'It is on its way.', '[]', '00000000-0000-4000-8000-000000000001')
  from public.tickets where subject = 'Where is my order?';
select public.send_message(id, '00000000-0000-4000-8000-000000000004', 'A slip.', '[]', null)
  from public.tickets where subject = 'Where is my order?';
select public.edit_message('00000000-0000-4000-8000-000000000003', 'It is on its way, truly.');
select public.delete_message('00000000-0000-4000-8000-000000000004');
select public.add_note(id, 'Be kind to her.') from public.tickets where subject = 'Where is my order?';
select public.create_telegram_link_code();
select set_config('request.jwt.claims', '', true);

update public.telegram_topics set chat_id = -1001, thread_id = 7, card_message_id = 8, title = 'Where is my order?', state = 'open'
  where ticket_id = (select id from public.tickets where subject = 'Where is my order?');
insert into public.telegram_messages (chat_id, telegram_message_id, ticket_id, message_id, direction, role)
  select -1001, 9, ticket_id, id, 'out', 'text' from public.ticket_messages where id = '00000000-0000-4000-8000-000000000001';
update public.telegram_outbox set state = 'dead', attempts = 9, last_error = 'Forbidden' where kind = 'note';
insert into public.telegram_links (telegram_user_id, profile_id) values (42, '00000000-0000-4000-8000-00000000000c');
insert into public.telegram_sessions (key, value) values ('-1001:7:42', '{}');
insert into public.telegram_updates (update_id, payload) values (5, '{"update_id": 5}');
insert into public.telegram_migrations (from_chat_id, to_chat_id) values (-1, -1001);
update private.settings set messages_per_minute = 7, archive_after = interval '3 days';
