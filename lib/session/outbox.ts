import type { SchedulerLike } from "rxjs";
import { QueueOverflowError } from "../errors/client-errors.js";
import type { Link } from "../socket/link.js";
import { Deadlines } from "./deadlines.js";
import type { EmissionQueue } from "./emission-queue.js";
import type { AckMessage } from "./notices.js";
import { isWorthRetrying, offline, timedOut } from "./failures.js";
import {
  describeOperation,
  isMembership,
  refusalOf,
  unacknowledged,
  type Operation,
  type Transmission,
} from "./operation.js";
import type { Outlet } from "./outlet.js";
import { Retries } from "./retries.js";
import { SendQueue, type SendQueueHost } from "./send-queue.js";

export interface OutboxOptions {
  readonly ackTimeoutInMs: number;
  readonly maxQueuedSends: number;
  readonly scheduler: SchedulerLike;
}

/**
 * Operations on their way to the service: sends that wait for a link, in order, and operations that wait for their ack.
 *
 * Within a session an operation is sent again under its own id: when a new link has proved alive, after a refusal that
 * may pass, and after an ack that stayed away. With the session ends what is known of it. Every transmission settles
 * once, through the emission queue.
 */
export class Outbox implements SendQueueHost {
  #outlet: Outlet = { status: "closed" };
  readonly #queued: SendQueue;
  /** By `ackId`; their time runs only while a link is live. */
  readonly #unacknowledged: Deadlines<number, Transmission>;
  readonly #retries: Retries;

  constructor(
    private readonly options: OutboxOptions,
    private readonly queue: EmissionQueue,
  ) {
    const { ackTimeoutInMs, scheduler } = options;
    this.#queued = new SendQueue(ackTimeoutInMs, scheduler, this);
    this.#unacknowledged = new Deadlines(ackTimeoutInMs, scheduler, this);
    this.#retries = new Retries(scheduler, this);
  }

  /** Whether there is a session, with or without a live link. */
  get hasSession(): boolean {
    return this.#outlet.session !== undefined;
  }

  /** Whether a link is live, so that sends are on their way or soon will be. */
  get isLive(): boolean {
    return this.#outlet.status !== "closed" && this.#outlet.status !== "down";
  }

  /** Whether the service may be busy with an event of ours, and therefore silent (client-protocol §3 rule 9). */
  get awaitsEvent(): boolean {
    return [...this.#unacknowledged, ...this.#retries.all].some(
      ({ kind, session }) => kind === "sendEvent" && session !== undefined,
    );
  }

  /**
   * Takes a transmission on its way, which is told of its outcome: `SendMessageError` for a refusal or a lost session,
   * `TimeoutError`, `QueueOverflowError`, `ConnectionError` when `whenOffline` is `fail`. When that is over, or not
   * wanted any longer, the caller is to {@link forget} it.
   */
  submit(transmission: Transmission): void {
    if (isMembership(transmission)) this.#submitMembership(transmission);
    else this.#submitSend(transmission);
  }

  /** Sends one again that has waited after a failure, if it is still meant. */
  retry(transmission: Transmission, failure: unknown): void {
    if (transmission.isObsolete) this.#settle(transmission, failure);
    else this.submit(transmission);
  }

  /** Withdraws a transmission that waits, and awaits the ack of one that was sent no longer. */
  forget(transmission: Transmission): void {
    const { ackId } = transmission;
    this.#queued.delete(transmission);
    if (ackId !== undefined && this.#unacknowledged.get(ackId) === transmission) this.#unacknowledged.settle(ackId);
    this.#retries.delete(transmission);
  }

  /** A new session shook hands: joins and leaves may go. */
  beginSession(session: string, link: Link): void {
    this.#outlet = { status: "joining", session, link };
  }

  /** The session is ready: the queue goes out, then what is new. */
  ready(): void {
    if (this.#outlet.status !== "joining") return;
    this.#outlet = { ...this.#outlet, status: "ready" };
    this.flush();
  }

  /** The link is gone, the session may come back: acks are awaited no longer, and nothing is sent. */
  pause(): void {
    const { session } = this.#outlet;
    if (session === undefined) return;
    this.#outlet = { status: "down", session };
    this.#rest();
  }

  /** A link has proved alive, which is about to be told: sends wait for it, but are not offline any more. */
  revive(): void {
    if (!this.isLive) this.#outlet = { ...this.#outlet, status: "alive" };
  }

  /** That has been told of a session that goes on: what is unacknowledged goes out again, then the queue if it may. */
  resume(link: Link, isReady: boolean): void {
    const { status, session } = this.#outlet;
    if (status !== "alive" || session === undefined) return;
    this.#outlet = { status: isReady ? "ready" : "joining", session, link };
    let isBusy = false;
    for (const transmission of [...this.#unacknowledged]) {
      isBusy ||= !this.#queued.takes(link);
      if (isBusy && !isMembership(transmission)) this.#holdBack(transmission);
      else this.#send(transmission, link, session);
    }
    this.flush();
  }

  /** The session is over: what awaited an ack, or was to be sent again, cannot be known any more. */
  endSession(why: unknown): void {
    this.#end([], (operation) => unacknowledged(operation, why));
  }

  /** The client gave up or was stopped: nothing waits any longer. */
  endAll(unacknowledgedError: (operation: Operation) => Error, waitingError: (operation: Operation) => Error): void {
    this.#end([...this.#queued], (operation) =>
      operation.session === undefined ? waitingError(operation) : unacknowledgedError(operation),
    );
  }

  /** Settles what an ack answers; one for an unknown id changes nothing. */
  acknowledge({ ackId, success, isDuplicated, error }: AckMessage): void {
    // It may come late, when it is to be sent again already.
    const transmission = this.#unacknowledged.get(ackId) ?? this.#retries.find(ackId);
    if (transmission === undefined) return;
    this.#unacknowledged.settle(ackId);
    this.#retries.delete(transmission);
    if (success) this.queue.emit(transmission, { ackId, isDuplicated }, transmission);
    else this.#fail(transmission, refusalOf(transmission, ackId, error));
  }

  #submitMembership(transmission: Transmission): void {
    const outlet = this.#outlet;
    if ("link" in outlet) this.#send(transmission, outlet.link, outlet.session);
    else this.#holdBack(transmission);
  }

  #submitSend(transmission: Transmission): void {
    if (this.#isOver(transmission)) return;
    this.flush();
    if (this.#queued.isEmpty && this.#outlet.status === "ready" && this.#queued.takes(this.#outlet.link)) {
      this.#send(transmission, this.#outlet.link, this.#outlet.session);
    } else if (transmission.session !== undefined) {
      this.#holdBack(transmission);
    } else if (this.#queued.size >= this.options.maxQueuedSends) {
      this.#settle(transmission, new QueueOverflowError(describeOperation(transmission), this.options.maxQueuedSends));
    } else {
      this.#queued.add(transmission);
    }
  }

  /**
   * Keeps what is to go before all that is new: until the link takes it, and awaiting an ack all the while, as it may have
   * been sent before; or until there is a link, with what is unacknowledged.
   */
  #holdBack(transmission: Transmission): void {
    const { ackId } = transmission;
    if (ackId === undefined) return;
    if ("link" in this.#outlet) {
      this.#unacknowledged.set(ackId, transmission);
      this.#queued.addAgain(transmission);
    } else {
      this.#unacknowledged.add(ackId, transmission);
    }
  }

  /** Ends what would rather not wait for a link, when none is live; tells whether it did. */
  #isOver(transmission: Transmission): boolean {
    const { session, whenOffline = "queue" } = transmission;
    // What has been on the wire may have been applied: it is neither unsent nor dropped, whatever its caller prefers.
    if (session !== undefined || this.isLive || whenOffline === "queue") return false;
    this.#queued.delete(transmission);
    this.#settle(transmission, whenOffline === "drop" ? undefined : offline(transmission));
    return true;
  }

  /** Sends what waits, in order, as far as the link takes it. */
  flush(): void {
    while (this.#outlet.status === "ready") {
      const { link, session } = this.#outlet;
      const transmission = this.#queued.next(link);
      if (transmission === undefined) return;
      this.#send(transmission, link, session);
    }
  }

  #send(transmission: Transmission, link: Link, session: string): void {
    transmission.sentIn(session);
    const { ackId } = transmission;
    if (ackId !== undefined) this.#unacknowledged.set(ackId, transmission);
    link.send(transmission.frame);
    if (ackId === undefined) this.queue.emit(transmission, { isDuplicated: false }, transmission);
  }

  /** Nothing is on its way for now. */
  #rest(): void {
    this.#unacknowledged.stop();
    this.#queued.pause();
    // After what is told of the loss.
    for (const transmission of this.#queued) this.queue.push(() => this.#isOver(transmission));
  }

  /** Ends the session for what awaits an ack or was to be sent again, and for what waits to be sent, if that is meant too. */
  #end(waiting: readonly Transmission[], errorFor: (operation: Operation) => Error): void {
    this.#outlet = { status: "closed" };
    const ended = [...this.#unacknowledged, ...waiting, ...this.#retries.all].map((transmission) => ({
      transmission,
      error: this.#retries.errorOf(transmission, errorFor(transmission)),
    }));
    for (const { transmission } of ended) this.forget(transmission);
    this.#rest();
    for (const { transmission, error } of ended) this.#settle(transmission, error);
  }

  /** Its time is over, whether it waited for a link or for its ack. */
  overdue(late: Transmission): void {
    this.#fail(late, timedOut(late, this.options.ackTimeoutInMs));
  }

  /** Tells a transmission that it failed, unless it is worth another try. */
  #fail(transmission: Transmission, failure: unknown): void {
    const delayInMs = isWorthRetrying(failure) ? transmission.retryDelay(failure) : undefined;
    if (delayInMs === undefined) {
      this.#settle(transmission, failure);
    } else {
      this.forget(transmission);
      this.#retries.add(transmission, failure, delayInMs);
    }
  }

  /** Tells a transmission that it failed, or without a failure that it was dropped. */
  #settle(transmission: Transmission, failure?: unknown): void {
    this.queue.push(() => (failure === undefined ? transmission.complete() : transmission.error(failure)));
  }
}
