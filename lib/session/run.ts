import { Observable, Subscription, type Observer, type SchedulerLike, type Subscriber } from "rxjs";
import { retryBackoff, type RetryBackoffPolicy } from "../operators/retry-backoff.js";
import { SessionEnd } from "./session-end.js";
import { defaultShouldRetry, type ShouldRetry } from "./should-retry.js";
import { WakeUps, type WakeUpsHost } from "./wake-ups.js";

export interface RunOptions {
  readonly autoReconnect: boolean;
  /** Who judges an attempt, and who is told of a wait, is the run's own. */
  readonly reconnectRetry: Omit<RetryBackoffPolicy, "shouldRetry" | "onWait">;
  /** In place of the default judge, which is a new one for each run. */
  readonly shouldRetry: ShouldRetry | undefined;
  /** Emissions mean "look at the connection now". */
  readonly wake$: Observable<unknown>;
  readonly scheduler: SchedulerLike;
}

/** Whose run it is: asks something of it, and is told how it goes. */
export interface RunHost extends WakeUpsHost {
  /** Ends a wait. */
  readonly now$: Observable<unknown>;
  /** Whether the present session has been announced: one that never was counts as an attempt that failed. */
  readonly isAnnounced: boolean;
  /** Makes one attempt at a session, whose life emits when a link proved stable and errors with a `SessionEnd`. */
  attempt(run: Run, life: Subscriber<unknown>): void;
  /** An attempt failed or a session ended; another attempt follows. */
  failed(end: SessionEnd, attempt: number, retryAt: number): void;
  /** There will be no further attempt. */
  gaveUp(end: unknown): void;
}

/**
 * From the opening of a connection until it is stopped or gives up: sessions one after the other, with backoff between
 * them. Unsubscribing ends it; what comes from a closed one is not told any more.
 */
export class Run extends Subscription implements Observer<unknown> {
  /** The judge of attempts in a row, made for the first that fails. */
  #shouldRetry: ShouldRetry | undefined;

  constructor(
    private readonly options: RunOptions,
    private readonly host: RunHost,
    /** Whether a URL that is refused will always be the same. */
    private readonly isAccessFixed: boolean,
    /** None may take the outcome of an earlier one. */
    readonly number: number,
  ) {
    super();
  }

  /** Apart from its making, so that an access function that stops the client stops this run. */
  begin(): void {
    const { reconnectRetry, scheduler, wake$ } = this.options;
    const wakeUps = new WakeUps(scheduler, this.host);
    this.add(wakeUps);
    wakeUps.listen(wake$);
    const sessions$ = new Observable((life) => this.host.attempt(this, life)).pipe(
      retryBackoff({
        shouldRetry: (end, attempt) => this.#isWorthAnother(end, attempt),
        onWait: ({ error, attempt, retryAt }) => {
          if (error instanceof SessionEnd) this.host.failed(error, attempt, retryAt);
          return this.host.now$;
        },
        ...reconnectRetry,
        // A session emits when a link of it has lived for so long already.
        stableAfterInMs: 0,
      }),
    );
    sessions$.subscribe(this);
  }

  next(): void {
    // A link has proved stable, which the backoff has heard.
  }

  error(end: unknown): void {
    this.host.gaveUp(end);
  }

  complete(): void {
    // Sessions end with an error.
  }

  #isWorthAnother(end: unknown, attempt: number): boolean {
    if (!(end instanceof SessionEnd)) return false;
    if (!end.hadSession) {
      this.#shouldRetry ??= this.options.shouldRetry ?? defaultShouldRetry(this.isAccessFixed);
      return this.#shouldRetry(end.cause, attempt);
    }
    // What failed before this session is no longer "in a row".
    this.#shouldRetry = undefined;
    return this.options.autoReconnect || !this.host.isAnnounced;
  }
}
