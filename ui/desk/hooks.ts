import { useEffect, useEffectEvent } from 'react';
import type { IncomingMessage } from './desk.ts';
import { useDesk, useDeskState } from './DeskProvider.tsx';
import type { Connection, Typing } from './store.ts';

/** Whether changes stream in, and since when the screen may be out of date. */
export function useConnection(): Connection {
  return useDeskState(({ connection }) => connection);
}

/** Who of the other side is typing in a ticket right now, if anybody. */
export function useTyping(ticketId: string): Typing | undefined {
  return useDeskState(({ typing }) => typing.get(ticketId));
}

/** Calls `listener` for each message of the other side as it comes, whichever ticket is open. */
export function useIncomingMessage(listener: (incoming: IncomingMessage) => void): void {
  const desk = useDesk();
  const listen = useEffectEvent(listener);
  useEffect(() => desk.onIncomingMessage((incoming) => listen(incoming)), [desk]);
}

/** Calls `listener` when something failed that has no place of its own on the screen to say so. */
export function useFailure(listener: (error: unknown) => void): void {
  const desk = useDesk();
  const listen = useEffectEvent(listener);
  useEffect(() => desk.onFailure((error) => listen(error)), [desk]);
}
