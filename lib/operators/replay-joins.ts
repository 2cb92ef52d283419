import {
  defer,
  isObservable,
  Observable,
  Subscription,
  type MonoTypeOperatorFunction,
  type ObservableInput,
  type Observer,
  type Subscriber,
} from "rxjs";
import { atLeast } from "./at-least.js";
import { callSafely } from "./call-safely.js";
import { Passing } from "./passing.js";

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
export function replayJoins<T>(options: ReplayJoinsOptions<T>): MonoTypeOperatorFunction<T> {
  atLeast(1, "replayJoins", { concurrency: options.concurrency });
  return (source) =>
    new Observable((subscriber) => {
      source.subscribe(new ReplayingJoins(subscriber, options));
    });
}

class ReplayingJoins<T> extends Passing<T> {
  #joins = Subscription.EMPTY;

  constructor(
    destination: Subscriber<T>,
    private readonly options: ReplayJoinsOptions<T>,
  ) {
    super(destination);
  }

  next(value: T): void {
    if (this.closed) return;
    let startsSession = false;
    try {
      startsSession = this.options.sessionStart(value);
    } catch (error) {
      this.error(error);
    }
    if (startsSession) this.#begin(value);
    else this.destination.next(value);
  }

  #begin(value: T): void {
    this.#joins.unsubscribe();
    const joins = new Joins(value, this.options);
    this.#joins = joins;
    joins.add(() => {
      if (this.#joins === joins) this.#joins = Subscription.EMPTY;
    });
    this.add(joins);
    this.destination.next(value);
    if (joins.closed) return; // a subscriber has brought about a newer one, or unsubscribed
    try {
      joins.begin(this.options.wanted());
    } catch (error) {
      this.error(error);
    }
  }
}

/** The joins of one session: not a `mergeMap`, which recurses when joins settle at once, as on a dead link. */
class Joins<T> extends Subscription {
  #groups: readonly string[] = [];
  #begun = 0;
  #underWay = 0;
  #isBeginning = false;

  constructor(
    private readonly session: T,
    private readonly options: Pick<ReplayJoinsOptions<T>, "join" | "concurrency" | "onFailed" | "onSettled">,
  ) {
    super();
  }

  begin(groups: Iterable<string>): void {
    this.#groups = [...groups];
    this.#goOn();
  }

  settle(): void {
    this.#underWay--;
    this.#goOn();
  }

  fail(group: string, error: unknown): void {
    callSafely(() => this.options.onFailed?.(group, error));
    this.settle();
  }

  #goOn(): void {
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    const { concurrency = 100 } = this.options;
    while (this.#underWay < concurrency && this.#begun < this.#groups.length && !this.closed) {
      this.#underWay++;
      this.#join(this.#groups[this.#begun++] ?? "");
    }
    this.#isBeginning = false;
    if (this.#underWay > 0 || this.closed) return;
    callSafely(() => this.options.onSettled?.(this.session));
    this.unsubscribe();
  }

  #join(group: string): void {
    const joining = new Joining(this, group);
    this.add(joining);
    try {
      const join = this.options.join(group);
      (isObservable(join) ? join : defer(() => join)).subscribe(joining);
    } catch (error) {
      joining.error(error);
    }
  }
}

/** One join under way. An observer that is its own subscription goes in without a wrapper: there may be thousands. */
class Joining extends Subscription implements Observer<unknown> {
  #isOver = false;

  constructor(
    private readonly joins: Pick<Joins<unknown>, "settle" | "fail">,
    private readonly group: string,
  ) {
    super();
  }

  next(): void {
    // Whatever a join emits, its end counts.
  }

  error(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.joins.fail(this.group, error);
    this.unsubscribe();
  }

  complete(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.joins.settle();
    // Afterwards, as RxJS does it.
    this.unsubscribe();
  }

  override unsubscribe(): void {
    this.#isOver = true;
    super.unsubscribe();
  }
}
