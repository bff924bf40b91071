import { RefreshCw, WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useConnection } from '../desk/hooks.ts';
import { useTranslation } from '../i18n/words.tsx';

/** Shorter interruptions than this, in ms, nobody needs to hear of. */
const patience = 2_500;
/** From here on, in ms, what is on the screen may be out of date. */
const staleAfter = 30_000;

/** Says when changes don't reach this page, and when it may be out of date. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const { status, staleSince } = useConnection();
  const lostFor = useElapsed(status === 'live' ? null : staleSince);
  const shown = status === 'offline' || lostFor >= patience;
  return (
    <div role="status">
      {shown && status !== 'live' && (
        <p
          data-testid="connection-banner"
          className="flex animate-fade items-center justify-center gap-2.5 bg-warning-soft px-4 py-2 text-center text-sm font-medium text-warning"
        >
          {status === 'offline' ? (
            <WifiOff aria-hidden className="size-4 shrink-0" />
          ) : (
            <RefreshCw aria-hidden className="size-4 shrink-0 animate-spin" />
          )}
          {t(
            status === 'offline'
              ? 'connection.offline'
              : lostFor >= staleAfter
                ? 'connection.stale'
                : 'connection.reconnecting',
          )}
        </p>
      )}
    </div>
  );
}

/** Milliseconds since a moment, told at the two times the banner changes; 0 for null. */
function useElapsed(since: number | null): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const tell = () => setElapsed(since === null ? 0 : Date.now() - since);
    tell();
    if (since === null) return;
    const timers = [patience, staleAfter].map((due) => setTimeout(tell, since + due - Date.now() + 20));
    return () => timers.forEach(clearTimeout);
  }, [since]);
  return elapsed;
}
