import { clsx } from 'clsx';
import type { Message } from 'grammy/types';
import { Copy, EllipsisVertical, Pencil, Reply, Trash2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { MessageIntents } from './bubble.tsx';
import { act, useSession } from './session.ts';
import { useWords } from './words.ts';

const reactions = ['👍', '❤', '🎉', '😁', '😢', '🙏'];
const item = 'flex items-center gap-3 rounded-xl px-3 py-2 outline-none data-highlighted:bg-hover';

/** What a person can do with a message. */
export function MessageMenu(props: {
  message: Message;
  mine: boolean;
  privateChat: boolean;
  /** The emoji the person played has given it. */
  reacted: string | undefined;
  intents: MessageIntents;
}) {
  const { message, mine, privateChat, reacted, intents } = props;
  const words = useWords();
  const as = useSession((state) => state.as);
  const chat = privateChat ? 'private' : 'group';
  const target = { as, chat, messageId: message.message_id };
  const text = message.text ?? message.caption;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={words.actions}
        data-testid="message-actions"
        className="grid size-8 shrink-0 place-items-center self-center rounded-full text-dim hover:bg-theirs/80 focus-visible:opacity-100 data-[state=open]:opacity-100 [@media(hover:hover)]:opacity-0 [@media(hover:hover)]:group-hover/message:opacity-100"
      >
        <EllipsisVertical aria-hidden className="size-4" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="rise z-50 w-60 rounded-2xl border border-line bg-panel p-1.5 shadow-2xl"
          sideOffset={4}
        >
          <DropdownMenu.Group aria-label={words.react} className="mb-1 flex justify-between px-1">
            {reactions.map((emoji) => (
              <DropdownMenu.Item
                key={emoji}
                onSelect={() =>
                  void act('staff/react', { ...target, ...(reacted === emoji ? {} : { emoji }) })
                }
                className={clsx(
                  'grid size-9 place-items-center rounded-full text-lg outline-none data-highlighted:bg-hover',
                  reacted === emoji && 'bg-soft',
                )}
              >
                {emoji.length === 1 ? `${emoji}\uFE0F` : emoji}
              </DropdownMenu.Item>
            ))}
          </DropdownMenu.Group>
          <DropdownMenu.Item className={item} onSelect={() => intents.reply(message)}>
            <Reply aria-hidden className="size-4.5" /> {words.reply}
          </DropdownMenu.Item>
          {text !== undefined && (
            <DropdownMenu.Item className={item} onSelect={() => void navigator.clipboard.writeText(text)}>
              <Copy aria-hidden className="size-4.5" /> {words.copy}
            </DropdownMenu.Item>
          )}
          {mine && text !== undefined && (
            <DropdownMenu.Item className={item} onSelect={() => intents.edit(message)}>
              <Pencil aria-hidden className="size-4.5" /> {words.edit}
            </DropdownMenu.Item>
          )}
          <DropdownMenu.Item
            className={clsx(item, 'text-danger')}
            onSelect={() => void act('staff/delete', target)}
          >
            <Trash2 aria-hidden className="size-4.5" /> {words.delete}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
