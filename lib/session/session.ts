import {
  catchError,
  concat,
  defer,
  ignoreElements,
  merge,
  mergeMap,
  NEVER,
  Observable,
  of,
  retry,
  Subject,
  switchMap,
  take,
  tap,
  throwError,
  timer,
  identity,
  type MonoTypeOperatorFunction,
  type ObservableInput,
  type SchedulerLike,
  type Subscriber,
} from "rxjs";
import type { ConnectionCause, ConnectionPhase } from "../errors/connection-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import { logger } from "../logging/logger.js";
import { replayJoins } from "../operators/replay-joins.js";
import { sequenceAck } from "../operators/sequence-ack.js";
import { straight } from "../operators/straight.js";
import { utf8Length } from "../protocol/bytes.js";
import * as closeCode from "../protocol/close-codes.js";
import type { Codec } from "../protocol/codec.js";
import type { ConnectedFrame, DownstreamFrame } from "../protocol/messages.js";
import { redact } from "../protocol/redact.js";
import { accessFailure, recoveryUrl, tokenHasExpired, type Access } from "../socket/access.js";
import { httpStatusOf, type Link } from "../socket/link.js";
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
  /** How long a link must live until it counts as stable; `Infinity`: none ever does. */
  readonly stableAfterInMs: number;
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
  /** A frame, exactly once and in order. */
  frame(frame: DownstreamFrame): void;
  handshaken(frame: ConnectedFrame, link: Link): void;
  settled(): void;
  linkLost(at: number, cause: ConnectionCause, retryAt: number | undefined): void;
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
  /** The frame that is on its way through. */
  #rawFrame: string | ArrayBuffer = "";
  #frameCount = 0;
  /** Takes the frames of all links, the short way: what happens to links does not pass here, nor they there. */
  #taker: Subscriber<DownstreamFrame> | undefined;
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
   * Opens the session and emits whenever one of its links has lived for `stableAfterInMs`. Never completes; errors with
   * a `SessionEnd`. Cold, for one subscription.
   */
  readonly life$: Observable<unknown> = defer(() =>
    merge(
      this.#delivery(),
      this.ports.membership.work(),
      this.#readiness(),
      defer(() => (this.#identity === undefined ? this.#newLink() : this.#recoveryLink(this.#identity))).pipe(
        switchMap(() => this.#stability()),
        retry({ delay: (end: unknown) => this.#afterLink(end) }),
      ),
    ),
  );

  /**
   * Ends the present link in peace; what it returns completes when that is done. An attempt that is under way is
   * abandoned with the run: that takes no longer than a tick, in which further calls do not open further sockets.
   */
  close(): Observable<never> {
    const { scheduler } = this.options;
    return this.#link?.close() ?? merge(this.ports.closing$, timer(0, scheduler).pipe(ignoreElements()));
  }

  /** Acknowledges frames, replays joins, and hands every frame out. */
  #delivery(): Observable<never> {
    const frames$ = new Observable<DownstreamFrame>((taker) => {
      this.#taker = taker;
    }).pipe(
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
    );
    // In place of `tap` and `ignoreElements`, as each message passes here.
    return new Observable((subscriber) =>
      straight(frames$, subscriber, {
        next: (frame) => this.ports.tell.frame(frame),
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
  }

  /** A link to a new session. Emits when the session has begun. */
  #newLink(): Observable<unknown> {
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
        return this.#carry(link, (frame) => this.#beginSession(frame, link));
      }),
      firstWithin(startTimeoutInMs, scheduler, () => startTimeout(startTimeoutInMs, phase)),
      catchError((end: unknown) =>
        throwError(() => (this.#identity ? end : attemptFailed(end, phase, this.#goodbye, this.#hint(end)))),
      ),
    );
  }

  /** A link on which the session goes on. Emits when it has proved alive. */
  #recoveryLink({ connectionId, reconnectionToken = "" }: ConnectedFrame): Observable<unknown> {
    const { startTimeoutInMs, recoveryTimeoutInMs, keepAliveTimeoutInMs, scheduler } = this.options;
    const { attempt, since } = this.#outage ?? { attempt: 1, since: scheduler.now() };
    const timeInMs = Math.min(startTimeoutInMs, since + recoveryTimeoutInMs - scheduler.now());
    // Overslept: the service has forgotten the session.
    if (timeInMs <= 0) return throwError(() => startTimeout(startTimeoutInMs, "recovery"));
    this.ports.pace.attempted(attempt);
    this.ports.tell.recovering(attempt, undefined);
    return this.ports.openLink(recoveryUrl(this.#accessUrl, connectionId, reconnectionToken)).pipe(
      firstWithin(timeInMs, scheduler, () => startTimeout(timeInMs, "recovery")),
      switchMap((link) => {
        // Silence proves nothing while the service may be busy with an event of ours.
        if (!this.ports.outbox.awaitsEvent) this.#silentLinks++;
        const carried$ = this.#carry(link, (frame) => this.#resumeSession(frame, link));
        if (keepAliveTimeoutInMs > 0) return carried$;
        // A service that is busy with an event of ours would else have for ever.
        return carried$.pipe(
          firstWithin(startTimeoutInMs, scheduler, () => startTimeout(startTimeoutInMs, "recovery")),
        );
      }),
    );
  }

  /** Takes in the frames of a link and watches over it. Emits when a frame `proves` what the link was opened for. */
  #carry(link: Link, proves: (frame: DownstreamFrame) => boolean): Observable<unknown> {
    const { options, ports } = this;
    this.#link = link;
    this.#goodbye = undefined;
    let isProven = false;
    return merge(
      new Observable((subscriber) =>
        straight(link.frames$, subscriber, {
          next: (raw) => {
            const frame = this.#read(raw);
            if (isProven) this.#taker?.next(frame);
            else if ((isProven = proves(frame))) subscriber.next(true);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      ),
      liveness({
        ...options,
        probe$: ports.probe$,
        probeAtOnce: this.#identity !== undefined,
        ping: () => this.#sendNow(options.codec.ping()),
        canAnswer: () => this.#identity !== undefined,
        maySilentlyWork: () => ports.outbox.awaitsEvent,
        lastFrameAt: () => this.lastFrameAt,
        frameCount: () => this.#frameCount,
      }),
    );
  }

  /** Emits once the present link has lived long enough. */
  #stability(): Observable<unknown> {
    const { stableAfterInMs, scheduler } = this.options;
    if (stableAfterInMs === 0) return of(true);
    return stableAfterInMs === Infinity ? NEVER : timer(stableAfterInMs, scheduler);
  }

  #read(raw: string | ArrayBuffer): DownstreamFrame {
    const frame = this.options.codec.decode(raw);
    this.lastFrameAt = this.options.scheduler.now();
    this.#frameCount++;
    this.#rawFrame = raw;
    if (frame.kind === "disconnected") this.#goodbye = redact(frame.message ?? "");
    // After a recovery the service may send a newer token.
    if (frame.kind === "connected" && this.#identity) this.#identity = { ...this.#identity, ...frame };
    return frame;
  }

  /** A new session begins with its `connected` frame; what came before it belongs to no session. */
  #beginSession(frame: DownstreamFrame, link: Link): boolean {
    if (frame.kind === "connected") {
      this.#handshake = this.#identity = frame;
      this.#handshaken$.next();
      this.ports.tell.handshaken(frame, link);
    }
    this.#taker?.next(frame);
    return frame.kind === "connected";
  }

  /** Any frame shows that the session goes on. */
  #resumeSession(frame: DownstreamFrame, link: Link): true {
    this.#outage = undefined;
    this.#silentLinks = 0;
    this.ports.tell.recovered();
    this.#taker?.next(frame);
    this.ports.tell.resumed(link);
    return true;
  }

  #acknowledging(): MonoTypeOperatorFunction<DownstreamFrame> {
    const { codec, isReliable, scheduler, sequenceAck: thresholds } = this.options;
    if (!isReliable) return identity;
    return sequenceAck({
      ...thresholds,
      scheduler,
      send: (id) => this.#sendNow(codec.sequenceAck(id)),
      // Decoding and acknowledging one frame happen in one go.
      sizeOf: () => this.#sizeOfFrame(),
    });
  }

  /**
   * The bytes of the frame on its way through, in UTF-8. A frame that is small against the threshold is put at three bytes
   * a character: counting costs each frame some 100 ns, and what acknowledges earlier does no harm.
   */
  #sizeOfFrame(): number {
    const frame = this.#rawFrame;
    if (typeof frame !== "string") return frame.byteLength;
    const atMost = 3 * frame.length;
    return 16 * atMost <= this.options.sequenceAck.bytes ? atMost : utf8Length(frame);
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
    const timeLeft = outage.since + recoveryTimeoutInMs - now;
    if (!isRecoverable || timeLeft <= 0 || this.#isFinal(end)) {
      return throwError(() => sessionLost(outage.cause, end, isRecoverable && !isFirst));
    }

    outage.attempt++;
    const delay = this.ports.pace.delayBefore(outage.attempt);
    const isAtOnce = isFirst && delay === 0;
    const retryAt = isAtOnce ? undefined : now + Math.min(delay, timeLeft);
    if (isFirst) this.ports.tell.linkLost(now, outage.cause, retryAt);
    else this.ports.tell.recovering(outage.attempt, retryAt);
    if (isAtOnce) return of(true);
    const lost$ = throwError(() => sessionLost(outage.cause, end, true));
    return merge(
      this.ports.now$,
      delay < timeLeft ? timer(delay, scheduler) : timer(timeLeft, scheduler).pipe(mergeMap(() => lost$)),
    );
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

const startTimeout = (timeInMs: number, phase: ConnectionPhase): TimeoutError =>
  new TimeoutError(`the attempt was given up after ${timeInMs} ms in the phase "${phase}" (startTimeoutInMs)`, {
    code: "StartTimeout",
    option: "startTimeoutInMs",
  });
