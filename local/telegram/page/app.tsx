import { clsx } from 'clsx';
import { MessageCircleMore } from 'lucide-react';
import { useEffect } from 'react';
import { groupOf, useMirror } from './mirror.ts';
import { NoticeView } from './notice.tsx';
import { useSession } from './session.ts';
import { Sidebar } from './sidebar.tsx';
import { Thread } from './thread.tsx';
import { useLanguage, useWords } from './words.ts';

/** The whole page: topics on the left, the open chat on the right; one of them at a time on a phone. */
export function App() {
  const words = useWords();
  const language = useLanguage((state) => state.language);
  const ready = useMirror((state) => state.ready);
  const live = useMirror((state) => state.live);
  const group = useMirror(groupOf);
  const place = useSession((state) => state.place);
  const as = useSession((state) => state.as);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  if (!ready || !group) {
    return (
      <div className="canvas grid h-full place-items-center" role="status">
        {live ? '' : words.offline}
      </div>
    );
  }
  return (
    <div className="flex h-full flex-col">
      {!live && (
        <p className="brand px-4 py-1 text-center text-sm text-white" role="status">
          {words.offline}
        </p>
      )}
      <div className="flex min-h-0 flex-1">
        <Sidebar group={group} hidden={place !== undefined} />
        <main className={clsx('canvas min-w-0 flex-1', place ? 'flex' : 'hidden md:flex')}>
          {place ? (
            <Thread key={`${as}|${JSON.stringify(place)}`} group={group} place={place} />
          ) : (
            <div className="m-auto max-w-xs p-6 text-center">
              <MessageCircleMore aria-hidden className="mx-auto mb-3 size-12 text-accent" strokeWidth={1.4} />
              <p className="font-semibold">{words.choose}</p>
              <p className="mt-1 text-sm text-dim">{words.chooseHint}</p>
            </div>
          )}
        </main>
      </div>
      <NoticeView />
    </div>
  );
}
