import type { MessageEntity } from 'grammy/types';
import { useState, type ReactNode } from 'react';
import { useWords } from './words.ts';

/** Only these may be followed from a message; anything else stays text. */
function safeHref(address: string): string | undefined {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`;
  if (!URL.canParse(full)) return undefined;
  return ['http:', 'https:', 'mailto:', 'tel:', 'tg:'].includes(new URL(full).protocol) ? full : undefined;
}

function Spoiler({ children }: { children: ReactNode }) {
  const words = useWords();
  const [shown, setShown] = useState(false);
  if (shown) return <span>{children}</span>;
  return (
    <button
      type="button"
      aria-label={words.spoiler}
      onClick={() => setShown(true)}
      className="rounded bg-dim/60 text-transparent select-none [&_*]:invisible"
    >
      {children}
    </button>
  );
}

function Link({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (href === undefined) return children;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="break-words text-accent underline decoration-current/35 underline-offset-2 hover:decoration-current"
    >
      {children}
    </a>
  );
}

function decorated(entity: MessageEntity, text: string, children: ReactNode): ReactNode {
  switch (entity.type) {
    case 'bold':
      return <strong className="font-semibold">{children}</strong>;
    case 'italic':
      return <em>{children}</em>;
    case 'underline':
      return <u>{children}</u>;
    case 'strikethrough':
      return <s>{children}</s>;
    case 'spoiler':
      return <Spoiler>{children}</Spoiler>;
    case 'code':
      return <code className="rounded-md bg-quote px-1 py-0.5 font-mono text-[0.9em]">{children}</code>;
    case 'pre':
      return (
        <code className="my-1 block overflow-x-auto rounded-lg bg-quote p-2.5 font-mono text-[13px] whitespace-pre">
          {children}
        </code>
      );
    case 'blockquote':
    case 'expandable_blockquote':
      return (
        <span className="my-0.5 block rounded-md border-l-3 border-accent bg-quote px-2.5 py-1">
          {children}
        </span>
      );
    case 'text_link':
      return <Link href={safeHref(entity.url)}>{children}</Link>;
    case 'url':
      return <Link href={safeHref(text)}>{children}</Link>;
    case 'email':
      return <Link href={`mailto:${text}`}>{children}</Link>;
    case 'phone_number':
      return <Link href={`tel:${text.replaceAll(/[^+\d]/g, '')}`}>{children}</Link>;
    case 'mention':
    case 'hashtag':
    case 'cashtag':
    case 'bot_command':
    case 'text_mention':
      return <span className="text-accent">{children}</span>;
    default:
      return children;
  }
}

/** Renders a stretch of text; entities are sorted by offset, the longer first, so that inner ones follow outer ones. */
function render(text: string, from: number, to: number, entities: MessageEntity[]): ReactNode[] {
  const nodes: ReactNode[] = [];
  let at = from;
  for (const [index, entity] of entities.entries()) {
    if (entity.offset < at || entity.offset >= to) continue;
    const end = Math.min(to, entity.offset + entity.length);
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const inner = entities.slice(index + 1).filter((other) => other.offset < end);
    nodes.push(
      <span key={`${entity.offset}-${entity.type}`}>
        {decorated(entity, text.slice(entity.offset, end), render(text, entity.offset, end, inner))}
      </span>,
    );
    at = end;
    // A line break after a block is the block's own.
    if (['pre', 'blockquote', 'expandable_blockquote'].includes(entity.type) && text[at] === '\n') at += 1;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

/** A text with its entities, as Telegram shows it; `trailing` stands behind the last word. */
export function RichText(props: {
  text: string;
  entities?: MessageEntity[] | undefined;
  trailing?: ReactNode;
}) {
  const { text, entities = [], trailing } = props;
  return (
    <div dir="auto" className="wrap-anywhere whitespace-pre-wrap">
      {render(text, 0, text.length, entities)}
      {trailing}
    </div>
  );
}
