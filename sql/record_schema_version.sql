-- Trivet, the last script: all the others have run. Re-runnable.

do $$
declare
  made record;
begin
  -- One thing that each script makes: who left a script out is told which.
  for made in
    select * from (values
      ('create_schema_version.sql', 'private.schema_version'),
      ('create_ticket_messages_system.sql', 'public.ticket_messages'),
      ('create_ticket_functions.sql', 'public.archive_closed_tickets'),
      ('create_message_reactions.sql', 'public.set_reaction'),
      ('create_telegram_bridge.sql', 'public.telegram_outbox'),
      ('create_telegram_outbox.sql', 'public.telegram_claim'),
      ('create_telegram_intake.sql', 'public.telegram_receive'),
      ('create_telegram_reactions.sql', 'public.telegram_react'),
      ('create_staff_tools.sql', 'public.canned_replies'),
      ('create_telegram_staff_tools.sql', 'public.telegram_take'),
      ('create_telegram_leader.sql', 'public.telegram_leader'),
      ('create_erasure.sql', 'public.erase_person'),
      ('create_diagnosis.sql', 'public.diagnose')
    ) as m (script, name)
  loop
    if to_regclass(made.name) is null and to_regproc(made.name) is null then
      raise exception '% has not been run.', made.script
        using hint = 'Run all scripts in the order of sql/README.md.';
    end if;
  end loop;
  update private.schema_version set version = target, recorded_at = now() where version is distinct from target;
end
$$;
