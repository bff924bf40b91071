const key = 'trivet.reloadedAt';
/** A second failure this soon after a reload, in ms, isn't cured by another one. */
const patience = 10_000;

/**
 * A page that was open while the desk was updated asks for code that is no longer there; loading it anew brings
 * the current one. Drafts live in storage, so nothing typed is lost.
 */
export function reloadOnMissingChunk(): void {
  addEventListener('vite:preloadError', (event) => {
    if (Date.now() - Number(sessionStorage.getItem(key)) < patience) return;
    event.preventDefault();
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  });
}
