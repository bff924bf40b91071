import { clsx } from 'clsx';
import type { LucideIcon } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';

/** A button's menu, with the keyboard's ways round it. `trigger` is one focusable element. */
export function Menu({ trigger, children }: { trigger: ReactElement; children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          collisionPadding={12}
          className="z-50 min-w-52 animate-appear rounded-xl border border-border bg-surface-raised p-1.5 text-text shadow-floating"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

type ItemProps = { icon?: LucideIcon; danger?: boolean; onSelect: () => void; children: ReactNode };

/** One thing the menu does. */
export function MenuItem({ icon: Icon, danger = false, onSelect, children }: ItemProps) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      className={clsx(
        'flex h-10 items-center gap-2.5 rounded-lg px-2.5 text-[15px] outline-none select-none',
        'data-highlighted:bg-surface-sunken',
        danger && 'text-danger',
      )}
    >
      {Icon && <Icon aria-hidden className="size-4.5" />}
      {children}
    </DropdownMenu.Item>
  );
}

/** A line between groups of items. */
export function MenuSeparator() {
  return <DropdownMenu.Separator className="my-1.5 h-px bg-border" />;
}

/** What stands above the items and can't be chosen. */
export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 py-2">{children}</DropdownMenu.Label>;
}
