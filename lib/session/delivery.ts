import { Observable, Subscription, type Subscriber } from "rxjs";
import { logger } from "../logging/logger.js";
import { replayJoins, type ReplayJoinsOptions } from "../operators/replay-joins.js";
import { sequenceAck } from "../operators/sequence-ack.js";
import { Passing } from "../operators/passing.js";
import { utf8Length } from "../protocol/bytes.js";
import type { DownstreamFrame } from "../protocol/messages.js";
import { after } from "./after.js";
import type { Cause } from "./emission-queue.js";
import type { Membership } from "./membership.js";
import type { SessionHost, SessionOptions } from "./session-ports.js";

/** Rejoins are waited for so long; slower ones go on while the session is ready. */
const REJOIN_PATIENCE_MS = 5_000;

type DeliveryOptions = Pick<SessionOptions, "codec" | "isReliable" | "rejoinConcurrency" | "sequenceAck" | "scheduler">;

/** Whose frames they are. */
export interface DeliverySession {
  /** Its life has ended. */
  over(): void;
  /** Sends what is never held back; tells whether it could. */
  sendNow(frame: string | Uint8Array): boolean;
}

/** The frames of a session, from whatever link: decoded, acknowledged, once each, with joins behind the first. */
export class Delivery extends Passing<DownstreamFrame, unknown> implements ReplayJoinsOptions<DownstreamFrame> {
  /** When the last frame came in. */
  lastFrameAt: number;
  /** How many came in. */
  frameCount = 0;
  /** The bytes of the frame on its way through; the frame itself is not kept, which would cost each one a write barrier. */
  #size = 0;
  /** The frame that began the session. */
  #handshake: DownstreamFrame | undefined;
  /** Takes the frames of all links, the short way: what happens to links does not pass here, nor they there. */
  #taker: Subscriber<DownstreamFrame> | undefined;
  #patience = Subscription.EMPTY;
  /** The sequenceAck that could not be sent. */
  #owed: number | undefined;

  constructor(
    private readonly options: DeliveryOptions,
    private readonly membership: Pick<Membership, "wanted" | "rejoin">,
    private readonly host: Pick<SessionHost, "frame" | "settled">,
    private readonly run: Cause,
    private readonly session: DeliverySession,
    life: Subscriber<unknown>,
  ) {
    super(life);
    this.lastFrameAt = options.scheduler.now();
  }

  /** Hands frames out for as long as the session lives; what fails on the way is its error. */
  begin(): void {
    const { isReliable, scheduler, sequenceAck: thresholds } = this.options;
    const received$ = new Observable<DownstreamFrame>((taker) => {
      this.#taker = taker;
    });
    const accepted$ = isReliable
      ? received$.pipe(
          sequenceAck({
            ...thresholds,
            scheduler,
            send: (id) => this.#acknowledge(id),
            // Decoding and acknowledging one frame happen in one go.
            sizeOf: () => this.#size,
          }),
        )
      : received$;
    accepted$.pipe(replayJoins(this)).subscribe(this);
  }

  read(raw: string | ArrayBuffer): DownstreamFrame {
    const { codec, scheduler, isReliable } = this.options;
    if (isReliable) this.#size = this.#sizeOf(raw);
    this.frameCount++;
    this.lastFrameAt = scheduler.now();
    return codec.decode(raw);
  }

  /** A new link has proved alive: what fell due meanwhile is acknowledged. */
  resumed(): void {
    if (this.#owed !== undefined) this.#acknowledge(this.#owed);
  }

  /** The session begins with this frame. */
  handshake(frame: DownstreamFrame): void {
    this.#handshake = frame;
    this.#patience = after(REJOIN_PATIENCE_MS, this.options.scheduler, () => this.host.settled());
  }

  /** Takes a frame in. */
  take(frame: DownstreamFrame): void {
    this.#taker?.next(frame);
  }

  /** Hands a frame out. */
  next(frame: DownstreamFrame): void {
    this.host.frame(frame, this.run);
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.#patience.unsubscribe();
    super.unsubscribe();
    this.session.over();
  }

  #acknowledge(id: number): void {
    this.#owed = this.session.sendNow(this.options.codec.sequenceAck(id)) ? undefined : id;
  }

  get concurrency(): number {
    return this.options.rejoinConcurrency;
  }

  sessionStart(frame: DownstreamFrame): boolean {
    return frame === this.#handshake;
  }

  wanted(): readonly string[] {
    return this.membership.wanted();
  }

  join(group: string): Observable<never> {
    return this.membership.rejoin(group);
  }

  onFailed(group: string, error: unknown): void {
    logger.warning(() => `joining the group ${JSON.stringify(group)} failed: ${String(error)}`);
  }

  /** All joins have settled. */
  onSettled(): void {
    if (this.#patience.closed) return; // but too late
    this.#patience.unsubscribe();
    this.#patience = Subscription.EMPTY;
    this.host.settled();
  }

  /**
   * The bytes of a frame, in UTF-8. A frame that is small against the threshold is put at three bytes a character: counting
   * costs each frame some 100 ns, and what acknowledges earlier does no harm.
   */
  #sizeOf(frame: string | ArrayBuffer): number {
    if (typeof frame !== "string") return frame.byteLength;
    const atMost = 3 * frame.length;
    return 16 * atMost <= this.options.sequenceAck.bytes ? atMost : utf8Length(frame);
  }
}
