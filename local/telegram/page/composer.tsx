import type { Message } from 'grammy/types';
import { Paperclip, Pencil, Reply, SendHorizontal, X } from 'lucide-react';
import { useEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from 'react';
import type { PersonRecord } from '../model.ts';
import { CommandMenu, useCommands } from './command-menu.tsx';
import { previewOf } from './preview.ts';
import { authorOf } from './reading.ts';
import { act, type Place } from './session.ts';
import { fileSize } from './size.ts';
import { useLanguage, useWords } from './words.ts';

const draftKey = (alias: string, chatKey: string): string => `trivet.telegram.draft.${alias}.${chatKey}`;

/** Writes, answers, edits and attaches. Enter sends, Shift+Enter breaks the line. */
export function Composer(props: {
  me: PersonRecord;
  place: Place;
  chatKey: string;
  replyTo: Message | undefined;
  editing: Message | undefined;
  /** Sent, saved or given up. */
  onDone: () => void;
}) {
  const { me, place, chatKey, replyTo, editing, onDone } = props;
  const words = useWords();
  const language = useLanguage((state) => state.language);
  const [text, setText] = useState(() =>
    editing
      ? (editing.text ?? editing.caption ?? '')
      : (localStorage.getItem(draftKey(me.alias, chatKey)) ?? ''),
  );
  const [files, setFiles] = useState<File[]>([]);
  const [asFiles, setAsFiles] = useState(false);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const commands = useCommands(me, place, text);

  useEffect(() => {
    if (editing ?? replyTo) field.current?.focus();
  }, [editing, replyTo]);
  useEffect(() => {
    if (!editing) localStorage.setItem(draftKey(me.alias, chatKey), text);
  }, [text, editing, me.alias, chatKey]);
  useEffect(() => {
    // A phone's keyboard would hide the chat that was just opened.
    if (matchMedia('(hover: hover)').matches) field.current?.focus();
  }, []);

  const add = (more: File[]): void => setFiles((old) => [...old, ...more].slice(0, 10));
  const send = async (): Promise<void> => {
    const said = text.trim();
    if (busy || (said === '' && files.length === 0)) return;
    setBusy(true);
    const chat = place.kind === 'private' ? 'private' : 'group';
    const done = editing
      ? await act('staff/edit', { as: me.alias, chat, messageId: editing.message_id, text: said })
      : await act(
          'staff/post',
          {
            as: me.alias,
            chat,
            ...(place.kind === 'topic' ? { topic: place.threadId } : {}),
            ...(said ? { text: said } : {}),
            ...(replyTo ? { replyTo: replyTo.message_id } : {}),
            ...(asFiles && files.length > 0 ? { kind: 'document' } : {}),
          },
          files,
        );
    setBusy(false);
    field.current?.focus();
    if (done === undefined) return;
    setText('');
    setFiles([]);
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (commands.onKeyDown(event, setText)) return;
    if (event.key === 'Escape' && (editing ?? replyTo)) onDone();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  const onPaste = (event: ClipboardEvent): void => {
    const pasted = [...event.clipboardData.files];
    if (pasted.length === 0) return;
    event.preventDefault();
    add(pasted);
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    add([...event.dataTransfer.files]);
  };

  const context = editing ?? replyTo;
  const ContextIcon = editing ? Pencil : Reply;
  return (
    <div
      className="relative px-2 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:px-4 sm:pb-3"
      onDrop={onDrop}
      onDragOver={(event) => event.preventDefault()}
    >
      <CommandMenu
        commands={commands}
        onPick={(command) => {
          setText(`/${command} `);
          field.current?.focus();
        }}
      />
      <div className="lift mx-auto max-w-3xl overflow-hidden rounded-2xl bg-panel ring-1 ring-line">
        {context && (
          <div className="flex items-center gap-3 px-3 pt-2">
            <ContextIcon aria-hidden className="size-5 shrink-0 text-accent" />
            <div className="min-w-0 flex-1 border-l-3 border-accent pl-2 text-sm">
              <p className="truncate font-semibold text-accent">
                {editing ? words.editing : authorOf(context).name}
              </p>
              <p className="truncate text-dim">{previewOf(context, words)}</p>
            </div>
            <button
              type="button"
              onClick={onDone}
              aria-label={words.cancel}
              className="grid size-8 place-items-center rounded-full text-dim hover:bg-hover"
            >
              <X aria-hidden className="size-4.5" />
            </button>
          </div>
        )}
        {files.length > 0 && (
          <div className="px-3 pt-3">
            <ul className="flex flex-wrap gap-2">
              {files.map((file, index) => (
                <li
                  key={`${file.name}-${index}`}
                  className="flex max-w-56 items-center gap-2 rounded-xl bg-field py-1.5 pr-1 pl-3 text-sm"
                >
                  <span className="min-w-0">
                    <span className="block truncate">{file.name}</span>
                    <span className="block text-xs text-dim">{fileSize(file.size, language)}</span>
                  </span>
                  <button
                    type="button"
                    onClick={() => setFiles(files.filter((_, other) => other !== index))}
                    aria-label={`${words.removeFile}: ${file.name}`}
                    className="grid size-7 shrink-0 place-items-center rounded-full text-dim hover:bg-hover"
                  >
                    <X aria-hidden className="size-4" />
                  </button>
                </li>
              ))}
            </ul>
            {files.some(({ type }) => type.startsWith('image/')) && (
              <label className="mt-2 flex w-fit items-center gap-2 text-sm text-dim">
                <input
                  type="checkbox"
                  checked={asFiles}
                  onChange={(event) => setAsFiles(event.target.checked)}
                  className="accent-[#7a5ae0]"
                />
                {words.asFiles}
              </label>
            )}
          </div>
        )}
        <form
          className="flex items-end gap-1 p-1.5"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <button
            type="button"
            disabled={editing !== undefined}
            onClick={() => input.current?.click()}
            aria-label={words.attach}
            className="grid size-10 shrink-0 place-items-center rounded-full text-dim hover:bg-hover disabled:opacity-40"
          >
            <Paperclip aria-hidden className="size-5" />
          </button>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            data-testid="attach-input"
            aria-label={words.attach}
            onChange={(event) => {
              add([...(event.target.files ?? [])]);
              event.target.value = '';
            }}
          />
          <textarea
            ref={field}
            value={text}
            rows={1}
            maxLength={4096}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            placeholder={words.message}
            aria-label={words.message}
            aria-autocomplete="list"
            aria-controls={commands.matching.length > 0 ? 'commands' : undefined}
            aria-activedescendant={commands.matching.length > 0 ? `command-${commands.active}` : undefined}
            data-testid="composer-input"
            className="field-sizing-content max-h-48 min-h-10 flex-1 resize-none bg-transparent px-2 py-2 outline-none placeholder:text-dim"
          />
          <button
            type="submit"
            disabled={busy || (text.trim() === '' && files.length === 0)}
            aria-label={words.send}
            data-testid="send-button"
            className="brand grid size-10 shrink-0 place-items-center rounded-full text-white transition-opacity disabled:opacity-40"
          >
            <SendHorizontal aria-hidden className="size-5" />
          </button>
        </form>
      </div>
    </div>
  );
}
