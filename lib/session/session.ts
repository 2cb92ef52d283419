import { Subscription, type Observable, type Subscriber } from "rxjs";
import type { ConnectionCause, ConnectionPhase } from "../errors/connection-error.js";
import { TimeoutError, type TimeoutOption } from "../errors/timeout-error.js";
import * as closeCode from "../protocol/close-codes.js";
import type { ConnectedFrame, DownstreamFrame } from "../protocol/messages.js";
import { redact } from "../protocol/redact.js";
import { accessFailure, accessUrl, isFixed, recoveryUrl, tokenHasExpired } from "../socket/access.js";
import { httpStatusOf, openLink, type Link, type LinkTaker } from "../socket/link.js";
import { Acknowledgements } from "./acknowledgements.js";
import { after } from "./after.js";
import { andThen, notBeforeATick } from "./closing.js";
import { Delivery, type DeliverySession } from "./delivery.js";
import type { Owner } from "./emission-queue.js";
import { Watch, type Watched } from "./liveness.js";
import { attemptFailed, causeOfLoss, isLinkEnd, sessionLost } from "./session-end.js";
import type { SessionHost, SessionOptions, SessionPorts } from "./session-ports.js";

/** So many links in a row that opened and brought no frame prove that a recovery leads nowhere. */
const MAX_SILENT_LINKS = 2;

interface Outage {
  readonly since: number;
  readonly cause: ConnectionCause;
  attempt: number;
}

/**
 * One session over any number of links: handshake, rejoins, and after the loss of a link its recovery, until that is
 * impossible (client-protocol §8). Its `life` is told whenever a link ends that has lived for `stableAfterInMs`, and of its
 * end, by a `SessionEnd`; with its life it ends too. One object rather than a tower of operators, which an idle client
 * would keep alive.
 */
export class Session implements LinkTaker, Watched, DeliverySession {
  readonly #acknowledgements: Acknowledgements | undefined;
  readonly #delivery: Delivery;
  /** The present link with all that watches over it, the attempt at one, or the wait before that. */
  #step = new Subscription();
  /** What the present link, or the attempt at it, has to do in time. */
  #deadline = Subscription.EMPTY;
  #phase: ConnectionPhase = "access";
  #accessUrl = "";
  #identity: ConnectedFrame | undefined;
  #link: Link | undefined;
  #watch: Watch | undefined;
  /** When a frame on the present link proved what it was opened for; until then it is as if that were still to come. */
  #provenAt = Infinity;
  #outage: Outage | undefined;
  /** The service's word before an intended close of the present link. */
  #goodbye: string | undefined;
  /** Links in a row that opened and brought nothing. */
  #silentLinks = 0;

  constructor(
    private readonly options: SessionOptions,
    private readonly ports: SessionPorts,
    private readonly host: SessionHost,
    run: Owner,
    private readonly life: Subscriber<unknown>,
  ) {
    if (options.isReliable) this.#acknowledgements = new Acknowledgements(options, this);
    this.#delivery = new Delivery(options, ports.membership, host, run, this, this.#acknowledgements, life);
  }

  /** Opens its first link; what it is begun with is what an access function is told. */
  begin({ attempt, cause }: { readonly attempt: number; readonly cause?: ConnectionCause | undefined }): void {
    this.#delivery.begin();
    this.ports.membership.work();
    this.#endWithin(this.options.startTimeoutInMs);
    this.#step.add(
      andThen(this.host.closing$, accessUrl(this.ports.access, attempt, cause)).subscribe({
        next: (url) => {
          this.#accessUrl = url;
          this.#phase = "open";
          this.#open(url);
        },
        error: (error: unknown) => this.ended(accessFailure(error)),
      }),
    );
  }

  /** Its life is over: lets go of the present link, or of the attempt at one. */
  over(): void {
    this.ports.membership.rest();
    this.#step.unsubscribe();
  }

  /** When the last frame came in, on whatever link. */
  get lastFrameAt(): number {
    return this.#delivery.lastFrameAt;
  }

  /** Asks a live link for proof of life. */
  probe(): void {
    this.#watch?.probe();
  }

  get frameCount(): number {
    return this.#delivery.frameCount;
  }

  get canAnswer(): boolean {
    return this.#identity !== undefined;
  }

  get isBusy(): boolean {
    return this.ports.outbox.awaitsEvent;
  }

  ping(): void {
    this.sendNow(this.options.codec.ping());
  }

  /**
   * Ends the present link in peace; what it returns completes when that is done. An attempt that is under way is
   * abandoned with the run: that takes no longer than a tick, in which further calls do not open further sockets.
   */
  close(): Observable<never> {
    return this.#link?.close() ?? notBeforeATick(this.host.closing$, this.options.scheduler);
  }

  /** A frame on the present link. */
  frame(raw: string | ArrayBuffer): void {
    const frame = this.#delivery.read(raw);
    if (frame.kind === "disconnected") this.#goodbye = redact(frame.message ?? "");
    // After a recovery the service may send a newer token.
    if (frame.kind === "connected" && this.#identity) this.#identity = { ...this.#identity, ...frame };
    if (this.#provenAt === Infinity) this.#prove(frame);
    else this.#delivery.take(frame);
  }

  /** What follows the end of a link, or of an attempt: a recovery, now or later, or the end of the session. */
  ended(end: unknown): void {
    if (this.#step.closed) return;
    const step = this.#nextStep();
    this.#link = undefined;
    if (this.#identity === undefined) {
      this.life.error(attemptFailed(end, this.#phase, this.#goodbye, this.#hint(end)));
      return;
    }
    const { isReliable, recoveryTimeoutInMs, reconnectRetryOptions, scheduler } = this.options;
    const now = scheduler.now();
    if (now - this.#provenAt >= reconnectRetryOptions.stableAfterInMs) this.life.next(true);
    const isRecoverable = isReliable && this.#identity.reconnectionToken !== undefined;
    const isFirst = this.#outage === undefined;
    const outage = (this.#outage ??= { since: now, attempt: 0, cause: causeOfLoss(end, this.#goodbye) });
    const timeLeft = outage.since + recoveryTimeoutInMs - now;
    if (!isRecoverable || timeLeft <= 0 || this.#isFinal(end)) {
      this.life.error(sessionLost(outage.cause, end, isRecoverable && !isFirst));
      return;
    }
    const delay = this.ports.pace.delayBefore(++outage.attempt);
    const isAtOnce = isFirst && delay === 0;
    const retryAt = isAtOnce ? undefined : now + Math.min(delay, timeLeft);
    if (isFirst) this.host.linkLost(now, outage.cause, retryAt);
    else this.host.recovering(outage.attempt, retryAt);
    if (step.closed) return; // who was told has stopped the client
    if (isAtOnce) this.#recover();
    else if (delay < timeLeft) this.#wait(delay, () => this.#recover());
    else this.#wait(timeLeft, () => this.life.error(sessionLost(outage.cause, end, true)));
  }

  #wait(delayInMs: number, then: () => void): void {
    this.#step.add(this.host.now$.subscribe(() => this.#recover()));
    this.#step.add(after(delayInMs, this.options.scheduler, then));
  }

  /** Lets go of the present step. */
  #nextStep(): Subscription {
    this.#step.unsubscribe();
    return (this.#step = new Subscription());
  }

  /** Opens a link to the session there is. */
  #recover(): void {
    if (this.#identity === undefined) return;
    const { connectionId, reconnectionToken = "" } = this.#identity;
    this.#nextStep();
    this.#provenAt = Infinity;
    this.#goodbye = undefined;
    const { startTimeoutInMs, recoveryTimeoutInMs, scheduler } = this.options;
    const { attempt, since } = this.#outage ?? { attempt: 1, since: scheduler.now() };
    const timeInMs = Math.min(startTimeoutInMs, since + recoveryTimeoutInMs - scheduler.now());
    this.#phase = "recovery";
    if (timeInMs <= 0) {
      // Overslept: the service has forgotten the session.
      this.#outOfTime(recoveryTimeoutInMs, "recoveryTimeoutInMs");
      return;
    }
    this.ports.pace.attempted(attempt);
    this.#endWithin(timeInMs, timeInMs < startTimeoutInMs ? "recoveryTimeoutInMs" : "startTimeoutInMs");
    this.host.recovering(attempt, undefined);
    this.#open(recoveryUrl(this.#accessUrl, connectionId, reconnectionToken));
  }

  #open(url: string): void {
    const step = this.#step;
    if (step.closed) return; // who was told of the attempt has stopped the client
    step.add(
      openLink(url, this.options).subscribe({
        next: (link) => this.#take(link),
        error: (end: unknown) => this.ended(end),
      }),
    );
  }

  #callOffDeadline(): void {
    this.#deadline.unsubscribe();
    this.#deadline = Subscription.EMPTY;
  }

  #endWithin(timeInMs: number, option: TimeoutOption = "startTimeoutInMs"): void {
    this.#callOffDeadline();
    this.#deadline = after(timeInMs, this.options.scheduler, () => this.#outOfTime(timeInMs, option));
    this.#step.add(this.#deadline);
  }

  #outOfTime(timeInMs: number, option: TimeoutOption): void {
    const text = `given up after ${timeInMs} ms in phase "${this.#phase}" (${option})`;
    this.ended(new TimeoutError(text, { code: "StartTimeout", option }));
  }

  /** A link is open: takes in its frames and watches over it. */
  #take(link: Link): void {
    const { options } = this;
    const isRecovery = this.#identity !== undefined;
    link.take(this);
    this.#link = link;
    this.#step.add(link);
    if (isRecovery) {
      // What was to happen in time still is. But while the service may be busy with an event of ours, silence proves nothing.
      if (!this.isBusy) this.#silentLinks++;
      else if (options.keepAliveTimeoutInMs > 0) this.#callOffDeadline();
      else this.#endWithin(options.startTimeoutInMs);
    } else {
      this.#phase = "handshake";
    }
    this.#watch = new Watch(this, options);
    this.#step.add(this.#watch);
    // A recovered link has to prove itself at once.
    if (isRecovery) this.probe();
  }

  /** A frame on a link that has yet to prove what it was opened for. */
  #prove(frame: DownstreamFrame): void {
    const link = this.#link;
    if (link === undefined) return;
    const isProven = this.#identity !== undefined || frame.kind === "connected";
    if (isProven) this.#provenAt = this.options.scheduler.now();
    if (this.#identity) this.#resume(frame, link);
    else this.#begin(frame, link);
    if (isProven) this.#callOffDeadline();
  }

  /** A new session begins with its `connected` frame. */
  #begin(frame: DownstreamFrame, link: Link): void {
    if (frame.kind === "connected") {
      this.#identity = frame;
      this.#delivery.handshake(frame);
      this.host.handshaken(frame, link);
    } else if (frame.kind !== "malformed") {
      return; // what comes before belongs to no session
    }
    this.#delivery.take(frame);
  }

  /** Any frame shows that the session goes on. */
  #resume(frame: DownstreamFrame, link: Link): void {
    this.#outage = undefined;
    this.#silentLinks = 0;
    const step = this.#step;
    this.host.recovered();
    if (step.closed) return; // who was told of it has stopped or replaced the session
    this.#delivery.take(frame);
    this.#acknowledgements?.resume();
    this.host.resumed(link);
  }

  /** What is never held back; on a link that is closing it would be of no use. */
  sendNow(frame: string | Uint8Array): boolean {
    if (!this.#link?.isOpen) return false;
    this.#link.send(frame);
    return true;
  }

  #isFinal(end: unknown): boolean {
    if (this.#silentLinks >= MAX_SILENT_LINKS) return true;
    if (!isLinkEnd(end)) return false;
    return end.code === closeCode.policyViolation || (end.wasClean && this.#goodbye !== undefined);
  }

  #hint(end: unknown): string {
    if (!isFixed(this.ports.access) || !isLinkEnd(end) || end.opened) return "";
    const isDenied = httpStatusOf(end) === 401 || tokenHasExpired(this.#accessUrl, this.options.scheduler.now());
    return isDenied ? "; the fixed URL's token may be missing, wrong or expired: pass a function that gives one" : "";
  }
}
