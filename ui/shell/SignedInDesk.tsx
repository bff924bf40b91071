import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useSession } from '../auth/session.tsx';
import { createDesk } from '../desk/desk.ts';
import { DeskProvider } from '../desk/DeskProvider.tsx';
import type { Side } from '../desk/typing.ts';

/** The chat's ground for one signed-in person. */
export function SignedInDesk({
  side,
  userId,
  children,
}: {
  side: Side;
  userId: string;
  children: ReactNode;
}) {
  const { supabase } = useSession();
  const queryClient = useQueryClient();
  const [desk] = useState(() => createDesk({ supabase, userId, side, queryClient }));
  return <DeskProvider desk={desk}>{children}</DeskProvider>;
}
