import { Observable } from "rxjs";

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
export const pageWake$ = new Observable<unknown>((subscriber) => {
  const { document, window } = globalThis as { readonly document?: Page; readonly window?: EventTarget };
  if (typeof document?.addEventListener !== "function" || typeof window?.addEventListener !== "function") {
    subscriber.complete();
    return;
  }
  const listen = (target: EventTarget, type: string, matters: (event: Event) => boolean) => {
    const listener = (event: Event) => {
      if (matters(event)) subscriber.next(event);
    };
    target.addEventListener(type, listener);
    subscriber.add(() => target.removeEventListener(type, listener));
  };
  listen(document, "visibilitychange", () => document.visibilityState === "visible");
  // The page is shown for the first time, too: then there is nothing to wake up.
  listen(window, "pageshow", (event: PageShow) => event.persisted !== false);
  listen(window, "online", () => true);
});
