import {
  catchError,
  concat,
  defer,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  retry,
  Subject,
  switchMap,
  take,
  tap,
  throwError,
  timer,
  EMPTY,
  identity,
  type MonoTypeOperatorFunction,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
} from "rxjs";
import type { ConnectionCause, ConnectionPhase } from "../errors/connection-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import { logger } from "../logging/logger.js";
import { replayJoins } from "../operators/replay-joins.js";
import { sequenceAck } from "../operators/sequence-ack.js";
import { utf8Length } from "../protocol/bytes.js";
import { closeCode } from "../protocol/close-codes.js";
import type { Codec } from "../protocol/codec.js";
import type { ConnectedFrame, DownstreamFrame } from "../protocol/messages.js";
import { redact } from "../protocol/redact.js";
import { accessFailure, recoveryUrl, tokenHasExpired, type Access } from "../socket/access.js";
import { httpStatusOf, type Link } from "../socket/link.js";
import { aroundFirst } from "./around-first.js";
import { firstWithin } from "./first-within.js";
import { liveness } from "./liveness.js";
import type { Membership } from "./membership.js";
import type { Outbox } from "./outbox.js";
import type { RecoveryPace } from "./recovery-pace.js";
import { attemptFailed, causeOfLoss, isLinkEnd, sessionLost } from "./session-end.js";

/** Rejoins are waited for so long; slower ones go on while the session is ready. */
const REJOIN_PATIENCE_MS = 5_000;
/** So many links in a row that opened and brought no frame prove that a recovery leads nowhere. */
const MAX_SILENT_LINKS = 2;

export interface SessionOptions {
  readonly codec: Codec;
  readonly isReliable: boolean;
  readonly keepAliveIntervalInMs: number;
  readonly keepAliveTimeoutInMs: number;
  readonly proofOfLifeInMs: number;
  readonly startTimeoutInMs: number;
  readonly recoveryTimeoutInMs: number;
  readonly rejoinConcurrency: number;
  readonly sequenceAck: { readonly count: number; readonly bytes: number; readonly timeInMs: number };
  readonly scheduler: SchedulerLike;
}

/** What a session works with, and whom it tells. */
export interface SessionPorts {
  readonly access: Access;
  readonly openLink: (url: string) => Observable<Link>;
  readonly pace: RecoveryPace;
  readonly outbox: Outbox;
  readonly membership: Membership;
  /** Completes when the link before this session is closed: never two live sockets. */
  readonly closing$: Observable<never>;
  /** Asks a live link for proof of life. */
  readonly probe$: Observable<unknown>;
  /** Ends a wait. */
  readonly now$: Observable<unknown>;
  readonly tell: SessionListener;
}

/** What happens to a session, told before the frame that it came with goes on. */
export interface SessionListener {
  handshaken(frame: ConnectedFrame, link: Link): void;
  settled(): void;
  linkLost(at: number, cause: ConnectionCause): void;
  recovering(attempt: number, retryAt: number | undefined): void;
  recovered(): void;
  /** The first frame of a recovered link has gone on. */
  resumed(link: Link): void;
}

interface Outage {
  readonly since: number;
  readonly cause: ConnectionCause;
  attempt: number;
}

/**
 * One session over any number of links: handshake, rejoins, and after the loss of a link its recovery, until that is
 * impossible (client-protocol §8).
 */
export class Session {
  /** When the last frame came in, on whatever link. */
  lastFrameAt: number;
  #accessUrl = "";
  #identity: ConnectedFrame | undefined;
  /** The frame that began the session. */
  #handshake: DownstreamFrame | undefined;
  #link: Link | undefined;
  #outage: Outage | undefined;
  /** The service's word before an intended close of the present link. */
  #goodbye: string | undefined;
  /** Links in a row that opened and brought nothing. */
  #silentLinks = 0;
  /** Bytes of the frame that is on its way through. */
  #frameSize = 0;
  readonly #handshaken$ = new Subject<void>();
  readonly #joinsSettled$ = new Subject<void>();

  constructor(
    private readonly options: SessionOptions,
    private readonly ports: SessionPorts,
    private readonly attempt: number,
    private readonly cause: ConnectionCause | undefined,
  ) {
    this.lastFrameAt = options.scheduler.now();
  }

  /**
   * Opens the session and emits its frames, each exactly once and in order. Never completes; errors with a
   * `SessionEnd`. Cold, for one subscription.
   */
  readonly frames$: Observable<DownstreamFrame> = defer(() =>
    merge(
      this.ports.membership.work(),
      this.#readiness(),
      defer(() => (this.#identity === undefined ? this.#newLink() : this.#recoveryLink(this.#identity))).pipe(
        retry({ delay: (end: unknown) => this.#afterLink(end) }),
        this.#acknowledging(),
        replayJoins({
          sessionStart: (frame) => frame === this.#handshake,
          wanted: () => this.ports.membership.wanted(),
          join: (group) => this.ports.membership.rejoin(group),
          concurrency: this.options.rejoinConcurrency,
          onFailed: (group, error) =>
            logger.warning(() => `joining the group ${JSON.stringify(group)} failed: ${String(error)}`),
          onSettled: () => this.#joinsSettled$.next(),
        }),
      ),
    ),
  );

  /** Ends the present link in peace; what it returns completes when that is done. */
  close(): Observable<never> {
    return this.#link?.close() ?? EMPTY;
  }

  #newLink(): Observable<DownstreamFrame> {
    const { startTimeoutInMs, scheduler } = this.options;
    let phase: ConnectionPhase = "access";
    const url$ = this.ports.access
      .url(this.attempt, this.cause)
      .pipe(catchError((error: unknown) => throwError(() => accessFailure(error))));
    return concat(this.ports.closing$, url$).pipe(
      switchMap((url) => {
        this.#accessUrl = url;
        phase = "open";
        return this.ports.openLink(url);
      }),
      switchMap((link) => {
        phase = "handshake";
        return this.#framesOf(link, false);
      }),
      firstWithin(startTimeoutInMs, scheduler, () => startTimeout(startTimeoutInMs, phase), isConnected),
      catchError((end: unknown) =>
        throwError(() => (this.#identity ? end : attemptFailed(end, phase, this.#goodbye, this.#hint(end)))),
      ),
    );
  }

  #recoveryLink({ connectionId, reconnectionToken = "" }: ConnectedFrame): Observable<DownstreamFrame> {
    const { startTimeoutInMs, recoveryTimeoutInMs, scheduler } = this.options;
    const { attempt, since } = this.#outage ?? { attempt: 1, since: scheduler.now() };
    const timeInMs = Math.min(startTimeoutInMs, since + recoveryTimeoutInMs - scheduler.now());
    this.ports.pace.attempted(attempt);
    this.ports.tell.recovering(attempt, undefined);
    return this.ports.openLink(recoveryUrl(this.#accessUrl, connectionId, reconnectionToken)).pipe(
      switchMap((link) =>
        this.#framesOf(link, true).pipe(
          aroundFirst(
            () => {
              this.#outage = undefined;
              this.#silentLinks = 0;
              this.ports.tell.recovered();
            },
            () => this.ports.tell.resumed(link),
          ),
        ),
      ),
      firstWithin(timeInMs, scheduler, () => startTimeout(timeInMs, "recovery")),
    );
  }

  #framesOf(link: Link, isRecovery: boolean): Observable<DownstreamFrame> {
    const { codec, keepAliveIntervalInMs, keepAliveTimeoutInMs, proofOfLifeInMs, scheduler } = this.options;
    this.#link = link;
    this.#goodbye = undefined;
    if (isRecovery && !this.ports.outbox.awaitsEvent) this.#silentLinks++;
    return link.frames$.pipe(
      map((raw) => {
        this.#frameSize = typeof raw === "string" ? utf8Length(raw) : raw.byteLength;
        return codec.decode(raw);
      }),
      liveness({
        keepAliveIntervalInMs,
        keepAliveTimeoutInMs,
        proofOfLifeInMs,
        probe$: this.ports.probe$,
        probeAtOnce: isRecovery,
        ping: () => {
          if (this.#identity) this.#sendNow(codec.ping());
        },
        maySilentlyWork: () => this.ports.outbox.awaitsEvent,
        scheduler,
      }),
      tap((frame) => this.#note(frame, link)),
    );
  }

  #note(frame: DownstreamFrame, link: Link): void {
    this.lastFrameAt = this.options.scheduler.now();
    if (frame.kind === "connected") {
      const isNew = this.#identity === undefined;
      this.#identity = { ...this.#identity, ...frame };
      if (!isNew) return;
      this.#handshake = this.#identity = frame;
      this.#handshaken$.next();
      this.ports.tell.handshaken(frame, link);
    } else if (frame.kind === "disconnected") {
      this.#goodbye = redact(frame.message ?? "");
    }
  }

  #acknowledging(): MonoTypeOperatorFunction<DownstreamFrame> {
    const { codec, isReliable, scheduler, sequenceAck: thresholds } = this.options;
    if (!isReliable) return identity;
    return sequenceAck({
      ...thresholds,
      scheduler,
      send: (id) => this.#sendNow(codec.sequenceAck(id)),
      // Decoding and acknowledging one frame happen in one go.
      sizeOf: () => this.#frameSize,
    });
  }

  /** What is never held back: on a link that is closing it is of no use any more. */
  #sendNow(frame: string | Uint8Array): void {
    if (this.#link?.isOpen) this.#link.send(frame);
  }

  #readiness(): Observable<never> {
    const patience$ = this.#handshaken$.pipe(switchMap(() => timer(REJOIN_PATIENCE_MS, this.options.scheduler)));
    return merge(this.#joinsSettled$, patience$).pipe(
      take(1),
      tap(() => this.ports.tell.settled()),
      ignoreElements(),
    );
  }

  /** What follows the end of a link: a recovery, now or later, or the end of the session. */
  #afterLink(end: unknown): ObservableInput<unknown> {
    if (this.#identity === undefined) return throwError(() => end);
    const { isReliable, recoveryTimeoutInMs, scheduler } = this.options;
    const now = scheduler.now();
    const isRecoverable = isReliable && this.#identity.reconnectionToken !== undefined;
    const isFirst = this.#outage === undefined;
    const outage = (this.#outage ??= { since: now, attempt: 0, cause: causeOfLoss(end, this.#goodbye) });
    this.#link = undefined;
    if (!isRecoverable || this.#isFinal(end)) {
      return throwError(() => sessionLost(outage.cause, end, isRecoverable && !isFirst));
    }

    outage.attempt++;
    if (isFirst) this.ports.tell.linkLost(now, outage.cause);
    const delay = this.ports.pace.delayBefore(outage.attempt);
    if (delay === 0 && isFirst) return of(true);
    const timeLeft = outage.since + recoveryTimeoutInMs - now;
    if (delay >= timeLeft) {
      return timer(timeLeft, scheduler).pipe(mergeMap(() => throwError(() => sessionLost(outage.cause, end, true))));
    }
    this.ports.tell.recovering(outage.attempt, now + delay);
    return merge(this.ports.now$, timer(delay, scheduler));
  }

  #isFinal(end: unknown): boolean {
    if (this.#silentLinks >= MAX_SILENT_LINKS) return true;
    if (!isLinkEnd(end)) return false;
    return end.code === closeCode.policyViolation || (end.wasClean && this.#goodbye !== undefined);
  }

  #hint(end: unknown): string {
    if (!this.ports.access.isFixed || !isLinkEnd(end) || end.opened) return "";
    const isDenied = httpStatusOf(end) === 401 || tokenHasExpired(this.#accessUrl, this.options.scheduler.now());
    return isDenied
      ? "; the access token in the fixed URL may have expired: pass a function that fetches a fresh URL instead"
      : "";
  }
}

const isConnected = (frame: DownstreamFrame): boolean => frame.kind === "connected";

const startTimeout = (timeInMs: number, phase: ConnectionPhase): TimeoutError =>
  new TimeoutError(`the attempt was given up after ${timeInMs} ms in the phase "${phase}" (startTimeoutInMs)`, {
    code: "StartTimeout",
    option: "startTimeoutInMs",
  });
