import { Observable, Subject, Subscription, type Observer, type SchedulerLike } from "rxjs";
import { QueueOverflowError } from "../errors/client-errors.js";
import { ConnectionError } from "../errors/connection-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import type { AckFrame } from "../protocol/messages.js";
import type { Link } from "../socket/link.js";
import { Deadlines } from "./deadlines.js";
import type { EmissionQueue } from "./emission-queue.js";
import {
  describeOperation,
  isMembership,
  refusalOf,
  unacknowledged,
  type CommandResult,
  type Operation,
  type Transmission,
  type WhenOffline,
} from "./operation.js";

/** Sends are held back while more than this is handed over and not yet on the network. */
const HIGH_WATER_BYTES = 1_048_576;
/** How often a held back queue looks again: a WebSocket does not tell when it has drained. */
const DRAIN_POLL_MS = 20;

export interface OutboxOptions {
  readonly ackTimeoutInMs: number;
  readonly maxQueuedSends: number;
  readonly scheduler: SchedulerLike;
}

/**
 * Where the session stands, as far as sending goes: without one; with a live link but rejoins still under way, so that
 * only joins and leaves go; ready; or with its link lost, until the next one has proved alive.
 */
type Outlet =
  | { readonly status: "closed" }
  | { readonly status: "joining" | "ready"; readonly session: string; readonly link: Link }
  | { readonly status: "down"; readonly session: string };

/**
 * Operations on their way to the service: sends that wait for a link, in order, and operations that wait for their ack.
 *
 * Within a session an operation is sent again under its own id when a new link has proved alive; with the session ends
 * what is known of it. Every transmission settles once, through the emission queue.
 */
export class Outbox {
  #outlet: Outlet = { status: "closed" };
  readonly #waiting = new Set<Transmission>();
  readonly #unacknowledged = new Map<number, Transmission>();
  readonly #waitingTime: Deadlines<Transmission>;
  readonly #ackTime: Deadlines<Transmission>;
  #drainPoll = Subscription.EMPTY;
  readonly #sessionEnded = new Subject<(operation: Operation) => Error>();

  constructor(
    private readonly options: OutboxOptions,
    private readonly queue: EmissionQueue,
  ) {
    const { ackTimeoutInMs, scheduler } = options;
    this.#waitingTime = new Deadlines(ackTimeoutInMs, scheduler, (late) => this.#giveUpWaiting(late));
    this.#ackTime = new Deadlines(ackTimeoutInMs, scheduler, (late) => this.#giveUpAck(late));
  }

  /** Whether there is a session, with or without a live link. */
  get hasSession(): boolean {
    return this.#outlet.status !== "closed";
  }

  /** Whether a link is live, so that sends are on their way or soon will be. */
  get isLive(): boolean {
    return this.#outlet.status === "joining" || this.#outlet.status === "ready";
  }

  /** Whether the service may be busy with an event of ours, and therefore silent (client-protocol §3 rule 9). */
  get awaitsEvent(): boolean {
    for (const { operation } of this.#unacknowledged.values()) {
      if (operation.kind === "sendEvent" && operation.session !== undefined) return true;
    }
    return false;
  }

  /**
   * Sends an operation once and emits its outcome. Cold. Errors: `SendMessageError` for a refusal or a lost session,
   * `TimeoutError`, `QueueOverflowError`, `ConnectionError` when `whenOffline` is `fail`. Unsubscribing withdraws what
   * waits and forgets what was sent.
   */
  transmit(operation: Operation, whenOffline: WhenOffline = "queue"): Observable<CommandResult> {
    return new Observable((subscriber) => {
      const transmission = { operation, subscriber };
      this.submit(transmission, whenOffline);
      return () => this.forget(transmission);
    });
  }

  /** As {@link transmit}, for a transmission that the caller keeps: it is to be forgotten when it is over. */
  submit(transmission: Transmission, whenOffline: WhenOffline): void {
    if (isMembership(transmission.operation)) this.#transmitMembership(transmission);
    else this.#transmitSend(transmission, whenOffline);
  }

  /** Withdraws a transmission that waits, and awaits the ack of one that was sent no longer. */
  forget(transmission: Transmission): void {
    const { ackId } = transmission.operation;
    if (this.#waiting.delete(transmission)) this.#waitingTime.delete(transmission);
    if (ackId !== undefined && this.#unacknowledged.get(ackId) === transmission) {
      this.#unacknowledged.delete(ackId);
      this.#ackTime.delete(transmission);
    }
  }

  /** Errors when the session in which an operation was sent ends while it waits to be tried again. */
  sessionEnd(operation: Operation): Observable<never> {
    return new Observable((subscriber) =>
      this.#sessionEnded.subscribe((errorFor) => subscriber.error(errorFor(operation))),
    );
  }

  /** A new session shook hands: joins and leaves may go. */
  beginSession(session: string, link: Link): void {
    this.#outlet = { status: "joining", session, link };
  }

  /** The session is ready: the queue goes out, then what is new. */
  ready(): void {
    if (this.#outlet.status !== "joining") return;
    this.#outlet = { ...this.#outlet, status: "ready" };
    this.#flush();
  }

  /** The link is gone, the session may come back: acks are awaited no longer, and nothing is sent. */
  pause(): void {
    if (this.#outlet.status !== "joining" && this.#outlet.status !== "ready") return;
    this.#outlet = { status: "down", session: this.#outlet.session };
    this.#ackTime.clear();
    this.#drainPoll.unsubscribe();
  }

  /** A new link of the session has proved alive: what is unacknowledged goes out again, then the queue if it may. */
  resume(link: Link, isReady: boolean): void {
    if (this.#outlet.status !== "down") return;
    this.#outlet = { status: isReady ? "ready" : "joining", session: this.#outlet.session, link };
    for (const transmission of this.#unacknowledged.values()) this.#send(transmission, link, this.#outlet.session);
    this.#flush();
  }

  /** The session is over: what awaited an ack, or was to be sent again, cannot be known any more. */
  endSession(why: unknown): void {
    this.#close();
    const sent = [...this.#waiting].filter(({ operation }) => operation.session !== undefined);
    this.#fail([...this.#unacknowledged.values(), ...sent], (operation) => unacknowledged(operation, why));
  }

  /** The client gave up or was stopped: nothing waits any longer. */
  endAll(unacknowledgedError: (operation: Operation) => Error, waitingError: (operation: Operation) => Error): void {
    this.#close();
    const errorFor = (operation: Operation): Error =>
      operation.session === undefined ? waitingError(operation) : unacknowledgedError(operation);
    this.#fail([...this.#unacknowledged.values(), ...this.#waiting], errorFor);
  }

  /** Settles what an ack answers; one for an unknown id changes nothing. */
  acknowledge(ack: AckFrame): void {
    const transmission = this.#unacknowledged.get(ack.ackId);
    if (transmission === undefined) return;
    this.forget(transmission);
    const { operation, subscriber } = transmission;
    const isDuplicated = ack.error?.name === "Duplicate";
    if (ack.success || isDuplicated) this.#succeed(subscriber, { ackId: ack.ackId, isDuplicated });
    else this.queue.push(() => subscriber.error(refusalOf(operation, ack)));
  }

  #transmitMembership(transmission: Transmission): void {
    const outlet = this.#outlet;
    if (outlet.status === "joining" || outlet.status === "ready") {
      this.#send(transmission, outlet.link, outlet.session);
    } else {
      // Without a live link it goes out with what is unacknowledged, once there is one.
      this.#await(transmission);
    }
  }

  #transmitSend(transmission: Transmission, whenOffline: WhenOffline): void {
    const { operation, subscriber } = transmission;
    // What has been on the wire may have been applied: it is neither unsent nor dropped, whatever its caller prefers.
    const isUnsent = operation.session === undefined;
    if (!isUnsent && operation.session !== this.#session) {
      subscriber.error(unacknowledged(operation, undefined));
    } else if (isUnsent && !this.isLive && whenOffline === "drop") {
      subscriber.complete();
    } else if (isUnsent && !this.isLive && whenOffline === "fail") {
      subscriber.error(offline(operation));
    } else if (this.#waiting.size === 0 && this.#outlet.status === "ready" && this.#takes(this.#outlet.link)) {
      this.#send(transmission, this.#outlet.link, this.#outlet.session);
    } else {
      this.#waiting.add(transmission);
      this.#flush();
      if (!this.#waiting.has(transmission)) return;
      if (isUnsent && this.#waiting.size > this.options.maxQueuedSends) {
        subscriber.error(new QueueOverflowError(describeOperation(operation), this.options.maxQueuedSends));
      } else {
        this.#waitingTime.set(transmission);
      }
    }
  }

  get #session(): string | undefined {
    return this.#outlet.status === "closed" ? undefined : this.#outlet.session;
  }

  /** Sends what waits, in order, as far as the link takes it. */
  #flush(): void {
    for (const transmission of this.#waiting) {
      if (this.#outlet.status !== "ready") return;
      const { link, session } = this.#outlet;
      if (!this.#takes(link)) return;
      this.#waiting.delete(transmission);
      this.#waitingTime.delete(transmission);
      this.#send(transmission, link, session);
    }
  }

  /** Whether a link takes a send now; if it is only busy, the queue looks again later. */
  #takes(link: Link): boolean {
    if (!link.isOpen) return false;
    if (link.bufferedAmount <= HIGH_WATER_BYTES) return true;
    this.#pollDrain();
    return false;
  }

  #pollDrain(): void {
    if (!this.#drainPoll.closed) return;
    this.#drainPoll = this.options.scheduler.schedule(() => {
      this.#drainPoll.unsubscribe();
      this.#flush();
    }, DRAIN_POLL_MS);
  }

  #send(transmission: Transmission, link: Link, session: string): void {
    const { operation, subscriber } = transmission;
    operation.session = session;
    if (operation.ackId === undefined) {
      link.send(operation.frame);
      this.#succeed(subscriber, { isDuplicated: false });
      return;
    }
    this.#await(transmission);
    this.#ackTime.set(transmission);
    link.send(operation.frame);
  }

  #await(transmission: Transmission): void {
    const { ackId } = transmission.operation;
    if (ackId !== undefined) this.#unacknowledged.set(ackId, transmission);
  }

  #succeed(subscriber: Observer<CommandResult>, result: CommandResult): void {
    this.queue.push(() => {
      subscriber.next(result);
      subscriber.complete();
    });
  }

  #fail(transmissions: readonly Transmission[], errorFor: (operation: Operation) => Error): void {
    transmissions.forEach((transmission) => this.forget(transmission));
    for (const { operation, subscriber } of transmissions) {
      this.queue.push(() => subscriber.error(errorFor(operation)));
    }
    this.queue.push(() => this.#sessionEnded.next(errorFor));
  }

  #close(): void {
    this.#outlet = { status: "closed" };
    this.#drainPoll.unsubscribe();
  }

  #giveUpWaiting(transmission: Transmission): void {
    const { operation, subscriber } = transmission;
    // It has been on the wire before, and waited to be sent again.
    if (operation.session !== undefined) {
      this.#giveUpAck(transmission);
      return;
    }
    this.queue.push(() =>
      subscriber.error(
        new TimeoutError(
          `${describeOperation(operation)} was never sent: no connection within ackTimeoutInMs (${this.options.ackTimeoutInMs} ms)`,
          { code: "NotSent", option: "ackTimeoutInMs", ackId: operation.ackId },
        ),
      ),
    );
  }

  #giveUpAck({ operation, subscriber }: Transmission): void {
    this.queue.push(() =>
      subscriber.error(
        new TimeoutError(
          `${describeOperation(operation)} was sent, and no ack came within ackTimeoutInMs (${this.options.ackTimeoutInMs} ms)`,
          { code: "AckTimeout", option: "ackTimeoutInMs", ackId: operation.ackId },
        ),
      ),
    );
  }
}

const offline = (operation: Operation): ConnectionError =>
  new ConnectionError(`${describeOperation(operation)} was not sent: no link is live and whenOffline is "fail"`, {
    code: "LinkLost",
    phase: "live",
  });
