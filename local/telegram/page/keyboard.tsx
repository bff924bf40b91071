import { clsx } from 'clsx';
import type { InlineKeyboardButton, Message } from 'grammy/types';
import { ExternalLink, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import type { ButtonAnswer } from '../pressing.ts';
import { act, notify, useSession } from './session.ts';

/** The buttons beneath a message. A press waits for the bot's answer and shows it. */
export function Keyboard({ message, privateChat }: { message: Message; privateChat: boolean }) {
  const as = useSession((state) => state.as);
  const [pressed, setPressed] = useState<string>();
  const press = async (data: string): Promise<void> => {
    setPressed(data);
    const chat = privateChat ? 'private' : 'group';
    const answer = await act<ButtonAnswer | null>('staff/press-data', {
      as,
      chat,
      messageId: message.message_id,
      data,
    });
    setPressed(undefined);
    if (answer?.text) notify(answer.text, answer.showAlert);
  };
  const look =
    'lift flex min-h-9 min-w-0 flex-auto items-center justify-center gap-1.5 rounded-xl bg-theirs/85 px-3 py-1.5 text-center text-sm font-medium text-accent backdrop-blur hover:bg-theirs';
  const draw = (button: InlineKeyboardButton, key: number) => {
    if ('url' in button) {
      return (
        <a
          key={key}
          href={button.url}
          target="_blank"
          rel="noopener noreferrer"
          data-testid="inline-button"
          className={look}
        >
          <span className="truncate">{button.text}</span>
          <ExternalLink aria-hidden className="size-3.5 shrink-0 opacity-70" />
        </a>
      );
    }
    const data = 'callback_data' in button ? button.callback_data : undefined;
    const waiting = data !== undefined && pressed === data;
    return (
      <button
        key={key}
        type="button"
        data-testid="inline-button"
        disabled={data === undefined || pressed !== undefined}
        aria-busy={waiting}
        onClick={() => data !== undefined && void press(data)}
        className={clsx(look, pressed !== undefined && !waiting && 'opacity-70')}
      >
        <span className="truncate">{button.text}</span>
        {waiting && <LoaderCircle aria-hidden className="size-3.5 shrink-0 animate-spin" />}
      </button>
    );
  };
  return (
    <div className="mt-1 grid min-w-60 gap-1">
      {message.reply_markup?.inline_keyboard.map((row, index) => (
        <div key={index} className="flex gap-1">
          {row.map(draw)}
        </div>
      ))}
    </div>
  );
}
