import type { ReactNode } from 'react';
import { ProfileMenu } from '../profile/ProfileMenu.tsx';
import { Logo } from './Logo.tsx';

/** The top of the list's column: whose place this is, what can be started here, and who is signed in. */
export function ListHeader({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="flex items-center gap-3 px-4 pt-4 pb-2">
      <Logo className="size-9" />
      <h1 className="min-w-0 flex-1 truncate text-xl font-bold tracking-tight">{title}</h1>
      {children}
      <ProfileMenu />
    </header>
  );
}
