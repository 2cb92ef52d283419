import { defer, EMPTY, filter, fromEvent, merge, type Observable } from "rxjs";

interface Page extends EventTarget {
  readonly visibilityState?: string;
}

interface PageShow extends Event {
  /** Whether the page comes from the back/forward cache. */
  readonly persisted?: boolean;
}

/**
 * The events of a page after which a connection may be dead without having noticed: it becomes visible, comes back from
 * the back/forward cache, or is online again. Listens while subscribed; elsewhere than in a page it is empty.
 */
export const pageWake$: Observable<unknown> = defer(() => {
  const { document, window } = globalThis as { readonly document?: Page; readonly window?: EventTarget };
  if (typeof document?.addEventListener !== "function" || typeof window?.addEventListener !== "function") return EMPTY;
  return merge(
    fromEvent(document, "visibilitychange").pipe(filter(() => document.visibilityState === "visible")),
    // The page is shown for the first time, too: then there is nothing to wake up.
    fromEvent(window, "pageshow").pipe(filter((event: PageShow) => event.persisted !== false)),
    fromEvent(window, "online"),
  );
});
