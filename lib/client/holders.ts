import { Subscription, using, type Observable, type SchedulerLike } from "rxjs";
import type { Connection } from "../session/connection.js";
import { after } from "../session/after.js";
import { stopReasonOf } from "../session/lifecycle.js";

/**
 * Who holds the connection: `start()` until `stop()`, each data subscription, each command until it settles. When the
 * last holder has left, the connection is kept for a while and then closed.
 */
export class Holders {
  #count = 0;
  #idleTimer = Subscription.EMPTY;

  constructor(
    private readonly options: { readonly idleCloseInMs: number; readonly scheduler: SchedulerLike },
    private readonly connection: Connection,
  ) {}

  /** Holds the connection until unsubscribed; opens it unless it is stopped for good. */
  hold(): Subscription {
    this.acquire();
    return new Subscription(() => this.release());
  }

  /** As {@link hold}, for a holder that releases it by itself, once. */
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
    return using(
      () => this.hold(),
      () => source,
    );
  }

  /** The connection was stopped: there is nothing to close any more. */
  stopped(): void {
    this.#idleTimer.unsubscribe();
  }

  #idle(): void {
    const { scheduler, idleCloseInMs } = this.options;
    if (stopReasonOf(this.connection.lifecycle)) return;
    this.#idleTimer = after(idleCloseInMs, scheduler, () => void this.connection.stop("idle"));
  }
}
