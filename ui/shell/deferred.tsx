import { useEffect, useState, type ComponentType, type ReactNode } from 'react';

type DeferredComponent<P> = ComponentType<P> & {
  /** Brings the code before it is needed; a failure shows when it is. */
  preload: () => void;
};

/**
 * A component whose code comes when it is first drawn, with `waiting` in its place until then. Unlike React's own
 * `lazy`, which holds back whatever follows a fallback for 300 ms, it is drawn as soon as it is there.
 * @throws in drawing, when the code can't be had.
 */
export function deferred<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  waiting: ReactNode = null,
): DeferredComponent<P> {
  let loaded: ComponentType<P> | undefined;
  let loading: Promise<void> | undefined;
  const bring = () => {
    loading ??= load().then(
      (module) => {
        loaded = module.default;
      },
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };

  function Deferred(props: P) {
    const [Component, setComponent] = useState(() => loaded);
    const [failure, setFailure] = useState<{ error: unknown }>();
    const missing = Component === undefined;
    useEffect(() => {
      if (!missing) return;
      bring().then(
        () => setComponent(() => loaded),
        (error: unknown) => setFailure({ error }),
      );
    }, [missing]);
    if (failure) throw failure.error;
    return Component ? <Component {...props} /> : waiting;
  }
  Deferred.preload = () => void bring().catch(() => undefined);
  return Deferred;
}
