const key = 'trivet.reloadedAt';
/** A second failure this soon after a reload, in ms, isn't cured by another one. */
const patience = 10_000;

/**
 * A page that was open while the desk was updated asks for code that is no longer there; loading it anew brings
 * the current one. Drafts live in storage, so nothing typed is lost.
 */
export function reloadOnMissingChunk(): void {
  addEventListener('vite:preloadError', () => {
    if (Date.now() - Number(sessionStorage.getItem(key)) < patience) return;
    sessionStorage.setItem(key, String(Date.now()));
    // Without a line the code is merely out of reach: a reload would lose the page as well.
    void fetch(location.href, { method: 'HEAD' }).then(
      () => location.reload(),
      () => undefined,
    );
  });
}
