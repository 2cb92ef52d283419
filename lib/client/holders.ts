import { Subscription, using, type Observable, type SchedulerLike } from "rxjs";

/**
 * Who holds the connection: `start()` until `stop()`, each data subscription, each command until it settles. When the
 * last holder has left, the connection is kept for a while and then closed.
 */
export class Holders {
  #count = 0;
  #idleTimer = Subscription.EMPTY;

  constructor(
    private readonly idleCloseInMs: number,
    private readonly scheduler: SchedulerLike,
    private readonly connection: {
      readonly opens: () => void;
      readonly closes: () => void;
      readonly isOpen: () => boolean;
    },
  ) {}

  /** Holds the connection until unsubscribed; opens it unless it is stopped for good. */
  hold(): Subscription {
    this.acquire();
    return new Subscription(() => this.release());
  }

  /** As {@link hold}, for a holder that releases it by itself, once. */
  acquire(): void {
    this.#count++;
    this.#idleTimer.unsubscribe();
    this.connection.opens();
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
    if (!this.connection.isOpen()) return;
    this.#idleTimer = this.scheduler.schedule(() => {
      this.#idleTimer.unsubscribe();
      this.connection.closes();
    }, this.idleCloseInMs);
  }
}
