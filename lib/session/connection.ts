import { EMPTY, Subject, type Observable, type Subscriber } from "rxjs";
import { ClientStoppedError } from "../errors/client-errors.js";
import { ConnectionError, type ConnectionCause } from "../errors/connection-error.js";
import { redactedError } from "../errors/foreign-error.js";
import { logger } from "../logging/logger.js";
import type { ConnectedFrame, DownstreamFrame } from "../protocol/messages.js";
import { isFixed } from "../socket/access.js";
import type { Link } from "../socket/link.js";
import { notBeforeATick } from "./closing.js";
import type { Owner } from "./emission-queue.js";
import type { ConnectionState } from "./connection-state.js";
import type { ConnectionOptions, ConnectionPorts, OutcomeOfRun } from "./connection-ports.js";
import {
  connectionStateOf,
  initialLifecycle,
  initialState,
  identityOf,
  sessionOf,
  transition,
  type Lifecycle,
  type LifecycleEvent,
} from "./lifecycle.js";
import { noticesOf, type Notice } from "./notices.js";
import { describeOperation, unacknowledged, type Operation } from "./operation.js";
import { Run, type RunHost } from "./run.js";
import { errorOfGivingUp, SessionEnd } from "./session-end.js";
import type { SessionHost } from "./session-ports.js";
import { Session } from "./session.js";

type WaitingError = (operation: Pick<Operation, "kind" | "target">) => Error;

/**
 * Begins and ends runs, tells the other parts what happens to their sessions, and is the one place where the lifecycle
 * changes.
 */
export class Connection implements SessionHost, RunHost {
  /** There is one while anybody waits. */
  #outcome$: Subject<OutcomeOfRun> | undefined;
  /** Made for the first wait: most clients have none. */
  #now$: Subject<void> | undefined;
  #lifecycle: Lifecycle = initialLifecycle;
  #state = initialState;
  #run: Run | undefined;
  #session: Session | undefined;
  #closing$: Observable<never> = EMPTY;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly ports: ConnectionPorts,
  ) {}

  get lifecycle(): Lifecycle {
    return this.#lifecycle;
  }

  /** What the public is told of the lifecycle: the same object until something else is to be told. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** How each run turns out. */
  get outcome$(): Observable<OutcomeOfRun> {
    return (this.#outcome$ ??= new Subject());
  }

  get closing$(): Observable<never> {
    return this.#closing$;
  }

  get now$(): Observable<void> {
    return (this.#now$ ??= new Subject());
  }

  /** The number of the latest run; 0: there was none. */
  get run(): number {
    return this.#run?.number ?? 0;
  }

  /** Begins a run, unless there is one. */
  open(): void {
    if (this.#lifecycle.phase === "stopped") this.#begin({ type: "opened" });
  }

  /** Begins a run, cuts a wait short and starts counting afresh, or looks whether a live link is alive. */
  reopen(): void {
    const { phase } = this.#lifecycle;
    if (phase === "stopped" || phase === "disconnected") this.#begin({ type: "opened" });
    else this.wake();
  }

  /** Looks at the connection now: asks a live link for proof of life, once in a moment, or ends a wait. */
  wake(isFirst = true): void {
    if (isFirst) this.#session?.probe();
    this.#now$?.next();
  }

  /** Replaces whatever there is by a new session; if there is nothing, begins a run, after the same tick as else. */
  renew(): void {
    this.#waitFor(notBeforeATick(this.#closing$, this.options.scheduler));
    this.#begin({ type: "renewed", lastFrameAt: this.#lastFrameAt });
  }

  /** Ends the run; what it returns completes when the socket is closed. */
  stop(reason: "stop" | "idle" | "disposed"): Observable<never> {
    const { queue } = this.ports;
    queue.transact(() => {
      this.#closeSession();
      this.#dispatch({ type: "stopped", reason });
      const errorFor: WaitingError = (operation) => new ClientStoppedError(describeOperation(operation), reason);
      this.#end(errorFor, errorFor, new ClientStoppedError("start()", reason));
      // Last, as in each of these: who hears of it, by an abort signal or as wake$, may begin another.
      this.#run?.unsubscribe();
    });
    return this.#closing$;
  }

  #begin(event: Extract<LifecycleEvent, { type: "opened" | "renewed" }>): void {
    const { queue, outbox, membership } = this.ports;
    queue.transact(() => {
      this.#closeSession();
      this.#dispatch(event);
      if (event.type === "renewed") {
        membership.endSession();
        outbox.endSession(
          new ConnectionError("reconnect({ newSession: true }) replaced the session", {
            code: "LinkLost",
            phase: "stop",
          }),
        );
      }
      const before = this.#run;
      // Known before it begins, so that an access function that stops the client stops this run.
      const run = (this.#run = new Run(this.options, this, isFixed(this.ports.access), this.run + 1));
      before?.unsubscribe();
      if (!run.closed) run.begin();
    });
  }

  /** Ends the session's link, in peace if it is open. */
  #closeSession(): void {
    if (this.#session) this.#waitFor(this.#session.close());
    this.#session = undefined;
  }

  /** Whoever opens the next socket, or stops, waits for this; what is over is forgotten. */
  #waitFor(closing$: Observable<never>): void {
    const closed$ = new Subject<never>();
    this.#closing$ = closed$;
    closing$.subscribe({
      complete: () => {
        if (this.#closing$ === closed$) this.#closing$ = EMPTY;
        closed$.complete();
      },
    });
  }

  attempt(run: Run, life: Subscriber<unknown>): void {
    this.#dispatch({ type: "attempted" });
    const lifecycle = this.#lifecycle;
    if (run.closed || lifecycle.phase !== "connecting") return; // who was told of it has ended the run
    this.#session = new Session(this.options, this.ports, this, run, life);
    this.#session.begin(lifecycle);
  }

  get isAnnounced(): boolean {
    return this.#lifecycle.phase === "connected" || this.#lifecycle.phase === "recovering";
  }

  failed(end: SessionEnd, attempt: number, retryAt: number): void {
    const { queue, outbox, membership } = this.ports;
    queue.transact(() => {
      this.#dispatch({ type: "failed", cause: end.cause, attempt, retryAt, lastFrameAt: this.#lastFrameAt });
      if (!end.hadSession) return;
      membership.endSession();
      outbox.endSession(end.error);
    });
  }

  gaveUp(why: unknown): void {
    const { queue } = this.ports;
    // What `shouldRetry` has thrown may hold anything.
    const end = why instanceof SessionEnd ? why : redactedError(why);
    const cause: ConnectionCause = end instanceof SessionEnd ? end.cause : { phase: "live", error: end };
    const error = errorOfGivingUp(end, cause);
    queue.transact(() => {
      this.#dispatch({ type: "gaveUp", cause, lastFrameAt: this.#lastFrameAt }, error);
      this.#session = undefined;
      this.#end(
        (operation) => unacknowledged(operation, error),
        (operation) => errorOfGivingUp(end, cause, operation),
        error,
      );
      // What watched over the run, such as wake$, has nothing to wake any more.
      this.#run?.unsubscribe();
    });
  }

  /** The run is over for everything that has not settled. */
  #end(sentError: (operation: Operation) => Error, waitingError: WaitingError, error: Error): void {
    const { outbox, membership } = this.ports;
    membership.endSession();
    outbox.endAll(sentError, waitingError);
    membership.stop(waitingError);
    this.#settle({ run: this.run, error });
  }

  frame(frame: DownstreamFrame, run: Owner): void {
    this.ports.router.route(frame, run);
  }

  handshaken({ connectionId, userId }: ConnectedFrame, link: Link): void {
    this.ports.outbox.revive();
    this.#dispatch({ type: "handshaken", connectionId, userId });
    // A subscriber to the gap may have stopped or replaced the session.
    if (sessionOf(this.#lifecycle)?.connectionId !== connectionId) return;
    this.ports.outbox.beginSession(connectionId, link);
    this.ports.membership.beginSession(connectionId);
  }

  settled(): void {
    this.#becomeReady({ type: "settled" });
  }

  linkLost(at: number, cause: ConnectionCause, retryAt: number | undefined): void {
    this.ports.queue.transact(() => {
      this.#dispatch({ type: "linkLost", at, cause, retryAt });
      this.ports.outbox.pause();
    });
  }

  recovering(attempt: number, retryAt: number | undefined): void {
    this.#dispatch({ type: "recovering", attempt, retryAt });
  }

  recovered(): void {
    this.ports.outbox.revive();
    this.#becomeReady({ type: "recovered" });
  }

  resumed(link: Link): void {
    this.ports.queue.push(() => this.ports.outbox.resume(link, this.#lifecycle.phase === "connected"));
  }

  #becomeReady(event: LifecycleEvent): void {
    const { run } = this;
    this.ports.queue.transact(() => {
      this.#dispatch(event);
      if (this.#lifecycle.phase !== "connected") return;
      this.#settle({ run, session: identityOf(this.#lifecycle.session) });
      // After a recovery it does nothing: the outbox goes on when the frame that proved it has been told.
      this.ports.queue.push(() => this.ports.outbox.ready());
    });
  }

  #dispatch(event: LifecycleEvent, error?: ConnectionError): void {
    const previous = this.#lifecycle;
    const next = (this.#lifecycle = transition(previous, event));
    if (next === previous) return;
    logger[error ? "warning" : "info"](() => `${event.type}: ${JSON.stringify(connectionStateOf(next), withErrors)}`);
    for (const notice of noticesOf(previous, next, this.options.scheduler.now(), error)) {
      if (notice.to === "state$") this.#state = notice.value;
      this.#announce(notice);
    }
  }

  #announce({ to, value }: Notice): void {
    const { queue, announcer, membership } = this.ports;
    // Before anyone is told: who starts again inside stopped$ holds the next run, not this one.
    if (to === "stopped$") this.ports.holders.stopped();
    queue.push(() => {
      if (to === "gap$") announcer.next(to, { ...value, groups: membership.wanted() });
      else announcer.next(to, value);
    });
  }

  #settle(outcome: OutcomeOfRun): void {
    this.ports.queue.push(() => {
      this.#outcome$?.next(outcome);
      if (!this.#outcome$?.observed) this.#outcome$ = undefined;
    });
  }

  get #lastFrameAt(): number {
    return this.#session?.lastFrameAt ?? this.options.scheduler.now();
  }
}

/** Errors as their messages: JSON knows nothing of them. */
const withErrors = (_name: string, value: unknown): unknown => (value instanceof Error ? value.message : value);
