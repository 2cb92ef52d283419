import { Observable, Subscription, type Subscriber } from "rxjs";
import { logger } from "../logging/logger.js";
import { replayJoins, type ReplayJoinsOptions } from "../operators/replay-joins.js";
import { sequenceAck } from "../operators/sequence-ack.js";
import { Passing } from "../operators/passing.js";
import type { DownstreamFrame } from "../protocol/messages.js";
import type { Acknowledgements } from "./acknowledgements.js";
import { after } from "./after.js";
import type { Owner } from "./emission-queue.js";
import type { Membership } from "./membership.js";
import type { SessionHost, SessionOptions } from "./session-ports.js";

/** Rejoins are waited for so long; slower ones go on while the session is ready. */
const REJOIN_PATIENCE_MS = 5_000;

type DeliveryOptions = Pick<SessionOptions, "codec" | "rejoinConcurrency" | "scheduler">;

/** Whose frames they are. */
export interface DeliverySession {
  /** Its life has ended. */
  over(): void;
}

/** The frames of a session, from whatever link: decoded, acknowledged, once each, with joins behind the first. */
export class Delivery extends Passing<DownstreamFrame, unknown> implements ReplayJoinsOptions<DownstreamFrame> {
  /** When the last frame came in. */
  lastFrameAt: number;
  /** How many came in. */
  frameCount = 0;
  /** The frame that began the session. */
  #handshake: DownstreamFrame | undefined;
  /** Takes the frames of all links, the short way: what happens to links does not pass here, nor they there. */
  #taker: Subscriber<DownstreamFrame> | undefined;
  #patience = Subscription.EMPTY;

  constructor(
    private readonly options: DeliveryOptions,
    private readonly membership: Pick<Membership, "wanted" | "rejoin">,
    private readonly host: Pick<SessionHost, "frame" | "settled">,
    private readonly run: Owner,
    private readonly session: DeliverySession,
    /** There are none on a subprotocol that is not reliable. */
    private readonly acks: Acknowledgements | undefined,
    life: Subscriber<unknown>,
  ) {
    super(life);
    this.lastFrameAt = options.scheduler.now();
  }

  /** Hands frames out for as long as the session lives; what fails on the way is its error. */
  begin(): void {
    const received$ = new Observable<DownstreamFrame>((taker) => {
      this.#taker = taker;
    });
    const accepted$ = this.acks ? received$.pipe(sequenceAck(this.acks)) : received$;
    accepted$.pipe(replayJoins(this)).subscribe(this);
  }

  read(raw: string | ArrayBuffer): DownstreamFrame {
    const { codec, scheduler } = this.options;
    this.acks?.measure(raw);
    this.frameCount++;
    this.lastFrameAt = scheduler.now();
    return codec.decode(raw);
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
    logger.warning(() => `joining ${JSON.stringify(group)} failed: ${String(error)}`);
  }

  /** All joins have settled. */
  onSettled(): void {
    if (this.#patience.closed) return; // but too late
    this.#patience.unsubscribe();
    this.#patience = Subscription.EMPTY;
    this.host.settled();
  }
}
