import { clsx } from 'clsx';
import type { LucideIcon } from 'lucide-react';
import {
  cloneElement,
  useId,
  useState,
  type ButtonHTMLAttributes,
  type CSSProperties,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react';

type Props = { trigger: ReactElement<ButtonHTMLAttributes<HTMLButtonElement>>; children: ReactNode };

/** Between the trigger and its menu, in pixels. */
const gap = 6;

/**
 * A button's menu. `trigger` is the button. The browser's own popover puts it above everything, closes it on
 * Escape and on a click elsewhere, and gives the focus back; arrows, Home and End step through the items.
 */
export function Menu({ trigger, children }: Props) {
  const id = useId();
  const [place, setPlace] = useState<CSSProperties>();
  return (
    <>
      {cloneElement(trigger, {
        popoverTarget: id,
        'aria-haspopup': 'menu',
        'aria-expanded': place !== undefined,
      })}
      <div
        id={id}
        popover="auto"
        role="menu"
        aria-label={trigger.props['aria-label']}
        style={place}
        onBeforeToggle={(event) => {
          const button = document.querySelector(`[popovertarget="${CSS.escape(id)}"]`);
          setPlace(event.newState === 'open' && button ? placeBeside(button) : undefined);
        }}
        onToggle={(event) => {
          if (event.newState === 'open') itemsOf(event.currentTarget)[0]?.focus();
        }}
        onKeyDown={step}
        className="fixed inset-auto m-0 max-h-[min(26rem,60dvh)] min-w-52 animate-appear overflow-y-auto rounded-xl border border-border bg-surface-raised p-1.5 text-text shadow-floating"
      >
        {place && children}
      </div>
    </>
  );
}

/** Below the button, or above it low on the screen; flush with whichever of its sides leaves more room. */
function placeBeside(button: Element): CSSProperties {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  return {
    ...(bottom > innerHeight * 0.65 ? { bottom: innerHeight - top + gap } : { top: bottom + gap }),
    ...(left + right > innerWidth
      ? { right: innerWidth - right, maxWidth: right - gap }
      : { left, maxWidth: innerWidth - left - gap }),
  };
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
}

function step(event: KeyboardEvent<HTMLElement>): void {
  const items = itemsOf(event.currentTarget);
  const at = items.findIndex((item) => item === document.activeElement);
  const next = (at + 1) % items.length;
  const previous = (at - 1 + items.length) % items.length;
  const targets: Record<string, number> = {
    ...{ ArrowDown: next, ArrowRight: next, ArrowUp: previous, ArrowLeft: previous },
    Home: 0,
    End: items.length - 1,
  };
  const target = targets[event.key];
  if (event.key === 'Tab') event.currentTarget.hidePopover();
  if (target === undefined) return;
  event.preventDefault();
  items[target]?.focus();
}

type ButtonProps = {
  role: 'menuitem' | 'menuitemcheckbox';
  checked?: boolean;
  className: string;
  onSelect: () => void;
  children: ReactNode;
};

/** Whatever can be chosen: it takes the focus under the mouse, and closes the menu. */
function MenuButton({ role, checked, className, onSelect, children }: ButtonProps) {
  return (
    <button
      type="button"
      role={role}
      aria-checked={checked}
      tabIndex={-1}
      onPointerMove={(event) => event.currentTarget.focus()}
      onClick={(event) => {
        event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover();
        onSelect();
      }}
      className={clsx(
        'flex items-center rounded-lg outline-none select-none focus:bg-surface-sunken',
        className,
      )}
    >
      {children}
    </button>
  );
}

type ItemProps = { icon?: LucideIcon; danger?: boolean; onSelect: () => void; children: ReactNode };

/** One thing the menu does. */
export function MenuItem({ icon: Icon, danger = false, onSelect, children }: ItemProps) {
  return (
    <MenuButton
      role="menuitem"
      onSelect={onSelect}
      className={clsx('h-10 w-full gap-2.5 px-2.5 text-left text-[15px]', danger && 'text-danger')}
    >
      {Icon && <Icon aria-hidden className="size-4.5 shrink-0" />}
      {children}
    </MenuButton>
  );
}

/** Small choices side by side. */
export function MenuRow({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="group" aria-label={label} className="mb-1.5 flex border-b border-border pb-1.5">
      {children}
    </div>
  );
}

type RowItemProps = { label: string; checked: boolean; onSelect: () => void };

/** One sign of a row, chosen or not. */
export function MenuRowItem({ label, checked, onSelect }: RowItemProps) {
  return (
    <MenuButton
      role="menuitemcheckbox"
      checked={checked}
      onSelect={onSelect}
      className={clsx(
        'size-10 justify-center text-xl leading-none transition-transform focus:scale-115',
        checked && 'bg-accent-soft',
      )}
    >
      {label}
    </MenuButton>
  );
}

/** A line between groups of items. */
export function MenuSeparator() {
  return <div role="separator" className="my-1.5 h-px bg-border" />;
}

/** What stands above the items and can't be chosen. */
export function MenuLabel({ children }: { children: ReactNode }) {
  return <div className="px-2.5 py-2">{children}</div>;
}
