import { Observable, Subscription, type SchedulerLike } from "rxjs";
import type { Connection } from "../session/connection.js";
import { after } from "../session/after.js";
import { stopReasonOf } from "../session/lifecycle.js";

/**
 * Who holds the connection: `start()` until `stop()`, each data subscription, each command until it settles. When the
 * last holder has left, the connection is kept for a while and then closed.
 */
export class Holders {
  #count = 0;
  /** How many of them are calls of `start()`: those that wait, and one for all that have resolved. */
  #starts = 0;
  #isStarted = false;
  /** Counts the stops, each of which ends what all calls of `start()` before it hold. */
  #stops = 0;
  #idleTimer = Subscription.EMPTY;

  constructor(
    private readonly options: { readonly idleCloseInMs: number; readonly scheduler: SchedulerLike },
    private readonly connection: Connection,
  ) {}

  /** Holds the connection until released, once; opens it unless it is stopped for good. */
  acquire(): void {
    const reason = stopReasonOf(this.connection.lifecycle);
    this.#count++;
    this.#idleTimer.unsubscribe();
    // `stop()` latches: only a client that was never started, idled or gave up opens for a holder.
    if (reason !== "stop" && reason !== "disposed") this.connection.open();
  }

  release(): void {
    if (--this.#count === 0) this.#idle();
  }

  /** Holds the connection while a source is subscribed. */
  holdDuring<T>(source: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      // Before the connection is opened for it, so that it is told what that brings about at once.
      source.subscribe(subscriber);
      if (subscriber.closed) return undefined;
      this.acquire();
      return () => this.release();
    });
  }

  /**
   * Holds the connection for a call of `start()`, which opens it, until it is stopped. What is returned is to be told
   * how that went: in vain, it holds no longer.
   */
  holdForStart(): (isReady: boolean) => void {
    const stops = this.#stops;
    this.#count++;
    this.#starts++;
    this.#idleTimer.unsubscribe();
    return (isReady) => {
      if (this.#stops !== stops) return;
      // The first that is ready holds from then on for all that are.
      if (isReady && !this.#isStarted) {
        this.#isStarted = true;
      } else {
        this.#starts--;
        this.release();
      }
    };
  }

  /** The connection was stopped: there is nothing to close any more, and what was started is over. */
  stopped(): void {
    this.#stops++;
    this.#count -= this.#starts;
    this.#starts = 0;
    this.#isStarted = false;
    this.#idleTimer.unsubscribe();
  }

  #idle(): void {
    const { scheduler, idleCloseInMs } = this.options;
    if (stopReasonOf(this.connection.lifecycle)) return;
    this.#idleTimer = after(idleCloseInMs, scheduler, () => void this.connection.stop("idle"));
  }
}
