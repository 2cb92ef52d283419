import {
  defer,
  EMPTY,
  Observable,
  Subject,
  switchAll,
  type MonoTypeOperatorFunction,
  type ObservableInput,
} from "rxjs";
import { atLeast } from "./at-least.js";
import { callSafely } from "./call-safely.js";
import { straight } from "./straight.js";

/** What {@link replayJoins} joins, and when. */
export interface ReplayJoinsOptions<T> {
  /** Whether a value starts a session; asked once per value, before it is passed on. */
  readonly sessionStart: (value: T) => boolean;
  /** The groups to join, taken once per session, after the value that starts it was passed on. */
  readonly wanted: () => Iterable<string>;
  /** Joins one group; subscribed once, values ignored, settled by its completion or its error. Throwing is an error too. */
  readonly join: (group: string) => ObservableInput<unknown>;
  /** How many joins may be under way at a time. Default 100. */
  readonly concurrency?: number | undefined;
  /** Told of each join that failed. Default: nobody is. */
  readonly onFailed?: ((group: string, error: unknown) => void) | undefined;
  /** Told once per session when all its joins have settled, at once if there were none; never for a session that another one replaced. */
  readonly onSettled?: ((value: T) => void) | undefined;
}

/**
 * Passes every value on, and after each one that starts a session joins the groups that are wanted by then.
 *
 * - Joins begin in the order of `wanted()`, at most `concurrency` at a time; one that fails goes to `onFailed` and holds
 *   up no other. The next session start unsubscribes what is left of the session before, ahead of being passed on.
 * - Completion and error of the source pass at once; joins that are still out are then unsubscribed. The same
 *   happens on unsubscribing.
 * - What `sessionStart` or `wanted` throw goes downstream as an error. What `onFailed` or `onSettled` throw is reported as
 *   RxJS reports a throwing subscriber, and everything goes on.
 *
 * State belongs to the subscription. A `concurrency` below 1 throws `RangeError`.
 *
 * @example
 * ```ts
 * const frames$ = link$.pipe(
 *   replayJoins({
 *     sessionStart: (frame) => frame.kind === "connected",
 *     wanted: () => groups.keys(),
 *     join: (group) => request({ type: "joinGroup", group }),
 *   }),
 * );
 * ```
 *
 * @param options What starts a session, what to join then and how.
 */
export function replayJoins<T>({
  sessionStart,
  wanted,
  join,
  concurrency = 100,
  onFailed,
  onSettled,
}: ReplayJoinsOptions<T>): MonoTypeOperatorFunction<T> {
  atLeast(1, "replayJoins", { concurrency });

  // Not `mergeMap`: it recurses when joins settle synchronously, as on a dead link, and many of them overflow the stack.
  const joinAll = (session: T): Observable<never> =>
    new Observable((subscriber) => {
      const groups = [...wanted()].values();
      let underWay = 0;
      let beginning = false;
      const begin = (): void => {
        if (beginning) return;
        beginning = true;
        while (underWay < concurrency && !subscriber.closed) {
          const { done, value: group } = groups.next();
          if (done) break;
          underWay++;
          subscriber.add(defer(() => join(group)).subscribe({ error: fail(group), complete: settle }));
        }
        beginning = false;
        if (underWay === 0 && !subscriber.closed) {
          callSafely(() => onSettled?.(session));
          subscriber.complete();
        }
      };
      const settle = (): void => {
        underWay--;
        begin();
      };
      const fail = (group: string) => (error: unknown) => {
        callSafely(() => onFailed?.(group, error));
        settle();
      };
      begin();
    });

  return (source) =>
    new Observable((subscriber) => {
      const joins$ = new Subject<Observable<unknown>>();
      let sessions = 0;
      const begin = (value: T): void => {
        const session = ++sessions;
        joins$.next(EMPTY);
        subscriber.next(value);
        if (session === sessions) joins$.next(joinAll(value)); // else a subscriber has brought about a newer one
      };

      subscriber.add(joins$.pipe(switchAll()).subscribe({ error: (error: unknown) => subscriber.error(error) }));
      straight(source, subscriber, {
        next: (value) => {
          let startsSession = false;
          try {
            startsSession = sessionStart(value);
          } catch (error) {
            subscriber.error(error);
          }
          if (startsSession) begin(value);
          else subscriber.next(value);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
