import { EMPTY, noop } from "rxjs";

/** Calls a user's callback as RxJS calls a subscriber: what it throws goes to `config.onUnhandledError` (unset: thrown asynchronously) and disturbs nobody else. */
export const callSafely = (callback: () => void): void => void EMPTY.subscribe({ complete: callback, error: noop });
