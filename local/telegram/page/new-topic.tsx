import { Dialog } from 'radix-ui';
import { useState, type SubmitEvent } from 'react';
import type { TopicRecord } from '../model.ts';
import { act, go, useSession } from './session.ts';
import { useWords } from './words.ts';

/** Asks for a name and opens a topic, as a person would in Telegram. */
export function NewTopic({ open, onClose }: { open: boolean; onClose: () => void }) {
  const words = useWords();
  const as = useSession((state) => state.as);
  const [name, setName] = useState('');

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const topic = await act<TopicRecord>('topics/create', { as, name });
    if (!topic) return;
    setName('');
    onClose();
    go({ kind: 'topic', threadId: topic.threadId });
  };

  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          aria-describedby={undefined}
          className="rise fixed top-1/2 left-1/2 z-50 w-96 max-w-[92vw] -translate-x-1/2 -translate-y-1/2 rounded-2xl bg-panel p-5 shadow-2xl"
        >
          <Dialog.Title className="text-lg font-bold">{words.newTopic}</Dialog.Title>
          <form onSubmit={(event) => void submit(event)}>
            <input
              value={name}
              onChange={(event) => setName(event.target.value)}
              maxLength={128}
              required
              placeholder={words.topicName}
              aria-label={words.topicName}
              className="mt-3 w-full rounded-xl bg-field px-4 py-2.5 outline-none placeholder:text-dim focus:ring-2 focus:ring-accent"
            />
            <div className="mt-4 flex justify-end gap-2">
              <Dialog.Close className="rounded-full px-4 py-2 text-dim hover:bg-hover">
                {words.cancel}
              </Dialog.Close>
              <button type="submit" className="brand rounded-full px-5 py-2 font-medium text-white">
                {words.create}
              </button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
