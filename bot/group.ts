import type { Desk } from './desk.ts';

/** The group as the bridge knows it now: its id changes when it migrates, its topics can be switched on and off. */
export interface Group {
  chatId: number;
  topics: boolean;
}

/** Follows a group that became a supergroup, here and after a restart. */
export async function followMigration(group: Group, desk: Desk, to: number): Promise<void> {
  if (group.chatId === to) return;
  await desk.migrate(group.chatId, to);
  group.chatId = to;
}
