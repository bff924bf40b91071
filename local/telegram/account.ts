import { readJournal } from './journal.ts';

/**
 * The token of the bot of a stand-in that may be running at this moment: its journal is read and left alone.
 * @param stateDir the stand-in's folder
 * @returns undefined when no stand-in was ever started there
 */
export function readToken(stateDir: string): string | undefined {
  const account = readJournal(stateDir)
    .flat()
    .findLast(({ collection, key }) => collection === 'bot' && key === 'self');
  return (account?.value as { token: string } | undefined)?.token;
}
