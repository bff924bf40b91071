import { randomBytes } from 'node:crypto';
import type { Message } from 'grammy/types';
import { sleep } from './clock.ts';
import type { PersonRecord } from './model.ts';
import type { Happening, World } from './world.ts';

/** The bot's reaction to a pressed button; undefined when it didn't answer in time. */
export type ButtonAnswer = Omit<Happening['answer'], 'callbackId'> | undefined;

/** Lets a person press a button with this data, and waits for the bot's answer: at most `wait` clock milliseconds. */
export async function pressed(
  world: World,
  person: PersonRecord,
  message: Message,
  data: string,
  wait: number,
): Promise<ButtonAnswer> {
  const id = String(BigInt(`0x${randomBytes(8).toString('hex')}`));
  const stop = new AbortController();
  let answer: ButtonAnswer;
  const listener = ({ callbackId, ...rest }: Happening['answer']): void => {
    if (callbackId !== id) return;
    answer = rest;
    stop.abort();
  };
  world.events.on('answer', listener);
  world.store.transaction(() => {
    world.store.put('callbacks', id, { id, userId: person.user.id, at: world.clock.now() });
    world.updates.push({
      callback_query: {
        id,
        from: person.user,
        message: message,
        chat_instance: String(message.chat.id),
        data,
      },
    });
  });
  await sleep(world.clock, wait, stop.signal);
  world.events.off('answer', listener);
  return answer;
}
