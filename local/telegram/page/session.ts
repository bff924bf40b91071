import { create } from 'zustand';

/** The chat that is open: a topic's thread id, General (or a group without topics), or the private chat. */
export type Place = { kind: 'topic'; threadId: number } | { kind: 'general' } | { kind: 'private' };

const aliasKey = 'trivet.telegram.as';
const readKey = 'trivet.telegram.read';

function placeFromHash(): Place | undefined {
  const [, kind, id] = /^#\/(topic|general|private)(?:\/(\d+))?$/.exec(location.hash) ?? [];
  if (kind === 'topic' && id) return { kind, threadId: Number(id) };
  if (kind === 'general' || kind === 'private') return { kind };
  return undefined;
}

/** The address of a place, for links and the back button. */
export function hashOf(place: Place): string {
  return place.kind === 'topic' ? `#/topic/${place.threadId}` : `#/${place.kind}`;
}

/** A short word of the bot's after a button, or of the page's when something failed. */
export interface Notice {
  id: number;
  text: string;
  alert: boolean;
}

interface Session {
  /** Who the visitor plays. */
  as: string;
  place: Place | undefined;
  /** The last message read, by `alias|chat:thread`. */
  read: Record<string, number>;
  notice: Notice | undefined;
}

/** What belongs to this browser rather than to the group. */
export const useSession = create<Session>(() => ({
  as: localStorage.getItem(aliasKey) ?? 'anna',
  place: placeFromHash(),
  read: JSON.parse(localStorage.getItem(readKey) ?? '{}') as Record<string, number>,
  notice: undefined,
}));

addEventListener('hashchange', () => useSession.setState({ place: placeFromHash() }));

/** Opens a chat, or the list on a phone. */
export function go(place: Place | undefined): void {
  location.hash = place ? hashOf(place) : '#/';
}

/** Plays somebody else from now on. */
export function playAs(alias: string): void {
  localStorage.setItem(aliasKey, alias);
  useSession.setState({ as: alias });
}

/** Remembers that everything up to a message was seen. */
export function markRead(alias: string, chatPlace: string, messageId: number): void {
  const { read } = useSession.getState();
  const key = `${alias}|${chatPlace}`;
  if ((read[key] ?? 0) >= messageId) return;
  const next = { ...read, [key]: messageId };
  localStorage.setItem(readKey, JSON.stringify(next));
  useSession.setState({ read: next });
}

let nextNotice = 1;

/** Shows a notice: a toast, or a dialog for alerts. */
export function notify(text: string, alert = false): void {
  useSession.setState({ notice: { id: nextNotice++, text, alert } });
}

export function dismissNotice(): void {
  useSession.setState({ notice: undefined });
}

/**
 * Does something as staff; gives the answer, or undefined after telling the visitor what went wrong.
 * Files travel in a form, everything else as JSON.
 */
export async function act<T = unknown>(
  operation: string,
  input: object,
  files: File[] = [],
): Promise<T | undefined> {
  let body: FormData | string = JSON.stringify(input);
  if (files.length > 0) {
    body = new FormData();
    body.append('message', JSON.stringify(input));
    for (const [index, file] of files.entries()) body.append(`file${index}`, file, file.name);
  }
  try {
    const response = await fetch(`/control/${operation}`, {
      method: 'POST',
      body,
      ...(typeof body === 'string' ? { headers: { 'content-type': 'application/json' } } : {}),
    });
    const answer = (await response.json()) as T | { error: string };
    if (!response.ok) {
      notify((answer as { error: string }).error);
      return undefined;
    }
    return answer as T;
  } catch (error) {
    notify(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
