import {
  asyncScheduler,
  defer,
  Observable,
  Subscription,
  type MonoTypeOperatorFunction,
  type noop,
  type ObservableInput,
  type SchedulerLike,
  type Subscriber,
} from "rxjs";
import { atLeast } from "./at-least.js";
import { backoffDelay, type BackoffDelayOptions } from "./backoff-delay.js";
import { Passing } from "./passing.js";

/** The result of a function that returns nothing. */
type Nothing = ReturnType<typeof noop>;

/** One wait of {@link retryBackoff}, told before it begins. */
export interface RetryWait {
  /** What the source failed with. */
  readonly error: unknown;
  /** The number of the attempt that is waited for, counted from 1 since the start or the last reset. */
  readonly attempt: number;
  /** The number of this retry, counted from 1 since the start or the last reset. */
  readonly retry: number;
  /** The length of the wait in milliseconds. */
  readonly delayInMs: number;
  /** When the wait ends if nothing ends it before: `scheduler.now() + delayInMs`. */
  readonly retryAt: number;
}

/** When and how often {@link retryBackoff} tries again. */
export interface RetryBackoffPolicy extends BackoffDelayOptions {
  /** How many retries may follow one another without a reset; 0: none. Default `Infinity`. */
  readonly maxRetries?: number | undefined;
  /**
   * How long an attempt must live to reset both counters, in milliseconds from its first value; one that brings no
   * value never does. 0: the first value resets at once; `Infinity`: nothing does. Default 10 000.
   */
  readonly stableAfterInMs?: number | undefined;
  /**
   * Whether a failed attempt is worth another; asked once per failure while retries are left. `attempt` is the number
   * of the attempt that failed, 0 if it had lived long enough to reset the counters. Default: always.
   */
  readonly shouldRetry?: ((error: unknown, attempt: number) => boolean) | undefined;
  /**
   * Called before each wait, for example to show it. If it returns an input, that is subscribed for the length of the
   * wait: its first value ends the wait at once, its error ends everything with that error, its completion without a
   * value changes nothing. If it throws, that ends everything too.
   */
  readonly onWait?: ((wait: RetryWait) => ObservableInput<unknown> | Nothing) | undefined;
  /** Where waits and resets are timed. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /** The source of chance for jitter: from 0 to below 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/**
 * Subscribes to a failing source again, after delays that grow from retry to retry until an attempt has proved stable.
 *
 * - Values pass unchanged. Two counters, attempts and retries, go back to 0 once an attempt has lived
 *   `stableAfterInMs`, counted from its first value: a link that opens and dies at once does not start the backoff afresh.
 * - Error: waits, then subscribes to the source again. With `maxRetries` spent, or after a
 *   no from `shouldRetry`, the source's error goes on as it is; what `shouldRetry` or `onWait` throw goes on instead.
 * - Completion of the source completes.
 * - Unsubscribing ends an attempt or a wait at once and leaves no timer.
 *
 * Counters belong to the subscription; a second one starts from attempt 1. A number out of range throws `RangeError`.
 *
 * @example
 * ```ts
 * const prices$ = defer(() => webSocket<Price>("wss://prices.example")).pipe(
 *   retryBackoff({ maxRetries: 5, onWait: ({ retryAt }) => banner.next(`offline until ${new Date(retryAt)}`) }),
 * );
 * ```
 *
 * @param policy When and how often to try again; every field may be left out.
 */
export function retryBackoff<T>(policy: RetryBackoffPolicy = {}): MonoTypeOperatorFunction<T> {
  const { maxRetries, stableAfterInMs, retryDelayInMs, maxRetryDelayInMs } = policy;
  atLeast(0, "retryBackoff", { maxRetries, stableAfterInMs, retryDelayInMs, maxRetryDelayInMs });
  return (source) => new Observable((subscriber) => new Retrying(source, policy, subscriber).begin());
}

/** The attempts of one subscription, and the waits between them. */
class Retrying<T> {
  #attempts = 0;
  #retries = 0;
  #isBeginning = false;
  #isDue = false;

  constructor(
    private readonly source: Observable<T>,
    private readonly policy: RetryBackoffPolicy,
    private readonly destination: Subscriber<T>,
  ) {}

  /** Not by recursion: a source may fail, and a wait end, synchronously. */
  begin(): void {
    this.#isDue = true;
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    while (this.#isDue && !this.destination.closed) {
      this.#isDue = false;
      this.#attempts++;
      this.source.subscribe(new Attempt(this.destination, this));
    }
    this.#isBeginning = false;
  }

  now(): number {
    return (this.policy.scheduler ?? asyncScheduler).now();
  }

  /** An attempt has failed that brought its first value then, if it brought one. */
  failed(error: unknown, aliveSince: number): void {
    if (this.now() - aliveSince >= (this.policy.stableAfterInMs ?? 10_000)) this.#attempts = this.#retries = 0;
    try {
      this.#wait(error);
    } catch (thrown) {
      if (!this.destination.closed) this.destination.error(thrown);
    }
  }

  #wait(error: unknown): void {
    const {
      maxRetries = Infinity,
      shouldRetry,
      onWait,
      scheduler = asyncScheduler,
      random = Math.random,
    } = this.policy;
    if (this.#retries >= maxRetries || (shouldRetry && !shouldRetry(error, this.#attempts))) throw error;
    const delayInMs = backoffDelay(this.policy, ++this.#retries, random);
    if (this.destination.closed) return; // who was asked has unsubscribed
    const retryAt = scheduler.now() + delayInMs;
    const retryNow = onWait?.({ error, attempt: this.#attempts + 1, retry: this.#retries, delayInMs, retryAt });
    const wait = new Subscription();
    this.destination.add(wait);
    const goOn = (): void => {
      wait.unsubscribe();
      this.begin();
    };
    if (retryNow) {
      const ended = { next: goOn, error: (failure: unknown) => this.destination.error(failure) };
      wait.add(defer(() => retryNow).subscribe(ended));
    }
    if (!wait.closed) wait.add(scheduler.schedule(goOn, delayInMs));
  }
}

class Attempt<T> extends Passing<T> {
  /** When its first value came; until then it is as if that were still to come. */
  #aliveSince = Infinity;

  constructor(
    destination: Subscriber<T>,
    private readonly retrying: Retrying<T>,
  ) {
    super(destination);
  }

  next(value: T): void {
    if (this.closed) return;
    // Looked at when it has failed: until then nobody needs to know, and most never do.
    if (this.#aliveSince === Infinity) this.#aliveSince = this.retrying.now();
    this.destination.next(value);
  }

  override error(error: unknown): void {
    if (this.closed) return;
    this.unsubscribe();
    this.retrying.failed(error, this.#aliveSince);
  }

  override complete(): void {
    if (!this.closed) this.destination.complete();
  }
}
