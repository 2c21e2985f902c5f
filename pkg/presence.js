// Whether somebody can see this page, and reach anything with it. What is no page is always there.
const { document, navigator } = globalThis;
const signs = [[document, "visibilitychange"], [globalThis, "online"], [globalThis, "offline"]];

/** Is somebody there? */
export const present = () => document?.visibilityState !== "hidden" && navigator?.onLine !== false;

function listen(heard) {
  for (const [target, name] of signs) target?.addEventListener?.(name, heard);
  return () => signs.forEach(([target, name]) => target?.removeEventListener?.(name, heard));
}

/** Waits until somebody is there, or the signal is aborted. */
export function presence(signal) {
  return new Promise((resolve) => {
    if (present() || signal.aborted) return resolve();
    const look = () => {
      if (!present() && !signal.aborted) return;
      end();
      signal.removeEventListener("abort", look);
      resolve();
    };
    const end = listen(look);
    signal.addEventListener("abort", look);
  });
}

/** A signal that is aborted when nobody is there any more, until `end()`. */
export function absence() {
  const away = new AbortController();
  const end = listen(() => present() || away.abort());
  return { signal: away.signal, end };
}
