import {
  asyncScheduler,
  Observable,
  Subscription,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
  type Subscriber,
} from "rxjs";
import { atLeast } from "./at-least.js";
import { MAX_TIMER_MS } from "./max-timer.js";
import { Passing } from "./passing.js";

/** What may carry a sequence id, a positive integer (`kind` only lets a union have members that never do). */
export interface Sequenced {
  readonly sequenceId?: number | undefined;
  readonly kind?: unknown;
}

/** How {@link sequenceAck} acknowledges. */
export interface SequenceAckOptions<T> {
  /** Sends the acknowledgement of `largest` and of every id below it; must not make the source emit before it returns. */
  readonly send: (largest: number) => void;
  /** Acknowledges when so many ids have come since the last time; a jump counts in full, a repeat as one. Default 200. */
  readonly count?: number | undefined;
  /** Acknowledges when so many bytes have come since the last time, as `sizeOf` measures them. Default 2 097 152. */
  readonly bytes?: number | undefined;
  /** Acknowledges so many milliseconds after the first unacknowledged value; `Infinity`: never. Default 1 000. */
  readonly timeInMs?: number | undefined;
  /** The size of a value in bytes, asked once per value that has an id, repeats included. Left out: `bytes` has no effect. */
  readonly sizeOf?: ((value: T) => number) | undefined;
  /** Where `timeInMs` runs. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Passes each value of a reliable session on once and in order, and acknowledges what has come by count, bytes and time.
 *
 * - A value whose id is larger than all before it passes, and so does one without an id, which is never counted. A repeat
 *   is dropped; that the sender repeated it means that it missed an acknowledgement, so the largest id is sent again at
 *   the next threshold.
 * - The acknowledgement says "received", not "processed": it is sent before the value that reached the threshold is
 *   passed on, so that no slow, throwing or re-entrant subscriber holds it up.
 * - Completion and error: what is unacknowledged is acknowledged, then they pass. When `send` or `sizeOf` throws,
 *   that error goes downstream; only a `send` that fails because of an error that is passing already stays unmentioned.
 * - Unsubscribing acknowledges nothing and leaves no timer; there is none either while nothing is unacknowledged.
 *
 * Ids belong to the subscription, so it has to span a session, not a link. A number out of range throws `RangeError`.
 *
 * @example
 * ```ts
 * const messages$ = frames$.pipe(
 *   sequenceAck({ count: 100, send: (sequenceId) => socket.next({ type: "sequenceAck", sequenceId }) }),
 * );
 * ```
 *
 * @param options `send`, and the thresholds: whichever is reached first counts.
 */
export function sequenceAck<T extends Sequenced>(options: SequenceAckOptions<T>): MonoTypeOperatorFunction<T> {
  const { count, bytes, timeInMs } = options;
  atLeast(0, "sequenceAck", { count, bytes, timeInMs });
  return (source) =>
    new Observable((subscriber) => {
      source.subscribe(new Acknowledging(subscriber, options));
    });
}

class Acknowledging<T extends Sequenced> extends Passing<T> {
  /** An id may be 0. */
  #largest = -1;
  /** Come since the last acknowledgement; above 0 means that something is unacknowledged. */
  #ids = 0;
  #size = 0;
  #timer = Subscription.EMPTY;

  constructor(
    destination: Subscriber<T>,
    private readonly options: SequenceAckOptions<T>,
  ) {
    super(destination);
  }

  next(value: T): void {
    let isNew = false;
    try {
      isNew = this.#receive(value);
    } catch (error) {
      this.error(error);
    }
    if (isNew) this.destination.next(value);
  }

  override error(error: unknown): void {
    try {
      this.#flush();
    } catch {
      // The error on its way down says more than that nothing can be sent any longer.
    }
    this.destination.error(error);
  }

  override complete(): void {
    try {
      this.#flush();
      this.destination.complete();
    } catch (error) {
      this.destination.error(error);
    }
  }

  override unsubscribe(): void {
    this.#timer.unsubscribe();
    super.unsubscribe();
  }

  #receive(value: T): boolean {
    const id = value.sequenceId;
    if (this.closed) return false;
    if (typeof id !== "number") return true;
    const { options } = this;
    const { count = 200, bytes = 2_097_152, timeInMs = 1_000, scheduler = asyncScheduler } = options;
    if (options.sizeOf) this.#size += options.sizeOf(value);
    const isNew = id > this.#largest;
    this.#ids += Math.max(1, id - Math.max(0, this.#largest));
    if (isNew) this.#largest = id;
    if (this.#ids >= count || this.#size >= bytes) this.#acknowledge();
    else if (this.#timer.closed && timeInMs < Infinity) {
      this.#timer = scheduler.schedule(() => this.#acknowledgeInTime(), Math.min(timeInMs, MAX_TIMER_MS));
    }
    return isNew;
  }

  #acknowledge(): void {
    this.#ids = this.#size = 0;
    this.#timer.unsubscribe();
    this.options.send(this.#largest);
  }

  #acknowledgeInTime(): void {
    try {
      this.#acknowledge();
    } catch (error) {
      this.destination.error(error);
    }
  }

  #flush(): void {
    if (this.#ids > 0) this.#acknowledge();
  }
}
