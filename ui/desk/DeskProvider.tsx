import { createContext, use, useEffect, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { Desk } from './desk.ts';
import type { DeskState } from './store.ts';

const DeskContext = createContext<Desk | undefined>(undefined);

/** Keeps a desk going while it is mounted and hands it to everything inside. */
export function DeskProvider({ desk, children }: { desk: Desk; children: ReactNode }) {
  useEffect(() => desk.start(), [desk]);
  return <DeskContext value={desk}>{children}</DeskContext>;
}

/** The desk of the person signed in. */
export function useDesk(): Desk {
  const desk = use(DeskContext);
  if (!desk) throw new Error('useDesk needs a <DeskProvider> above it');
  return desk;
}

/** A part of what the desk knows; the component renders again only when that part changes. */
export function useDeskState<T>(select: (state: DeskState) => T): T {
  return useStore(useDesk().store, select);
}
