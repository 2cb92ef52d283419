import { Subscription, type Observable, type Observer, type SchedulerLike } from "rxjs";
import { messageOf } from "../errors/foreign-error.js";
import { logger } from "../logging/logger.js";
import { clockOf } from "./clock.js";

/** Several wake-up events that come together are one. */
const TOGETHER_MS = 50;

/** Who is woken up. */
export interface WakeUpsHost {
  /** To look at the connection now; the first to say so in 50 ms, or one of several that come together. */
  wake(isFirst: boolean): void;
}

/**
 * Takes in all that means "look at the connection now", until unsubscribed: jumps of the clock, and what `wake$` emits,
 * into which it goes as it is, as `Passing` does.
 */
export class WakeUps extends Subscription implements Observer<unknown> {
  #wokenAt = -Infinity;

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly host: WakeUpsHost,
  ) {
    super();
  }

  listen(wake$: Observable<unknown>): void {
    clockOf(this.scheduler).add(this);
    // Another copy of RxJS gives a subscription of its own.
    this.add(wake$.subscribe(this));
  }

  override unsubscribe(): void {
    clockOf(this.scheduler).delete(this);
    super.unsubscribe();
  }

  next(): void {
    const now = this.scheduler.now();
    if (this.closed) return;
    // Either way, for the clock may have been set back.
    const isFirst = Math.abs(now - this.#wokenAt) >= TOGETHER_MS;
    if (isFirst) this.#wokenAt = now;
    this.host.wake(isFirst);
  }

  error(error: unknown): void {
    logger.warning(() => `wake$ failed: ${messageOf(error)}`);
  }

  complete(): void {
    // There will be no more from this source.
  }
}
