import type { StagedCheck } from '../context.ts';

const sides = [
  { who: 'user', sees: 'staff', column: 'is_typing' },
  { who: 'staff', sees: 'user', column: 'staff_is_typing' },
] as const;

/** Each side's flag is written, reaches the other side, and comes down again. */
export const checkTyping: StagedCheck = async (report, context, stage) => {
  const { service, words, target, patience } = context;
  const { ticketId } = stage;
  const opened = await stage.watches();
  const script = words.doctor('common.runScript', {
    script: 'create_ticket_functions.sql',
    page: target.page('sql'),
  });
  const flag = async (column: string): Promise<boolean> => {
    const { data, error } = await service.from('tickets').select(column).eq('id', ticketId).single();
    if (error) throw error;
    return (data as unknown as Record<string, boolean>)[column] === true;
  };
  let cleared = true;
  for (const { who, sees, column } of sides) {
    const type = async (typing: boolean) => {
      const { error } = await stage[who].client.rpc('set_typing', { ticket_id: ticketId, typing });
      if (error) throw error;
    };
    const since = performance.now();
    await type(true);
    if (!(await flag(column))) {
      report.fail('typing.notWritten', { column }, script);
      continue;
    }
    const watch = opened[sees];
    const ms =
      watch.refusal === undefined
        ? await watch.arrival(
            'tickets',
            (row) => row.id === ticketId && row[column] === true,
            since,
            patience,
          )
        : undefined;
    if (ms === undefined) report.fail('typing.notShown', { column }, words.doctor('typing.realtimeRemedy'));
    else report.ok(`typing.${who}`, { ms });
    await type(false);
    if (await flag(column)) {
      cleared = false;
      report.fail('typing.notCleared', { column }, script);
    }
  }
  if (cleared && report.passed) report.ok('typing.cleared');
};
