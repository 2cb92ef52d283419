import { Subscription, type SchedulerLike } from "rxjs";
import { MAX_TIMER_MS } from "../operators/max-timer.js";
import { after } from "./after.js";
import { hasJumped } from "./clock.js";

export interface LivenessOptions {
  readonly keepAliveIntervalInMs: number;
  readonly keepAliveTimeoutInMs: number;
  readonly proofOfLifeInMs: number;
  readonly scheduler: SchedulerLike;
}

/** What is watched: a session on its present link. */
export interface Watched {
  /** When the last frame came in; frames cost nothing here but this note of their time. */
  readonly lastFrameAt: number;
  /** How many frames have come in. */
  readonly frameCount: number;
  /** Whether the peer would answer a ping: not before the handshake, where silence means nothing. */
  readonly canAnswer: boolean;
  /** Whether silence may mean that the service is busy with an event of ours. */
  readonly isBusy: boolean;
  ping(): void;
  /** It is dead. */
  ended(silent: LinkSilent): void;
}

/** The end of a link that stayed silent for too long. */
export class LinkSilent {
  constructor(readonly silentForMs: number) {}
}

/**
 * Watches over one open link until unsubscribed: sends a ping after `keepAliveIntervalInMs` without a frame, and tells the
 * end of a link that is dead: after `keepAliveTimeoutInMs` without one, or `proofOfLifeInMs` after a probe. Any frame is
 * proof of life.
 */
export class Watch extends Subscription {
  /** Silence before this does not count. */
  #awakeSince: number;
  #lastPingAt: number;
  /** Somebody has asked for proof of life since the watch was last set. */
  #isProbed = false;
  #framesBeforeProbe = -1;
  #probe = Subscription.EMPTY;
  #tick = Subscription.EMPTY;

  constructor(
    private readonly watched: Watched,
    private readonly options: LivenessOptions,
  ) {
    super();
    this.#awakeSince = this.#lastPingAt = options.scheduler.now();
    this.#watch();
  }

  override unsubscribe(): void {
    this.#tick.unsubscribe();
    this.#probe.unsubscribe();
    super.unsubscribe();
  }

  get #quietSince(): number {
    return Math.max(this.watched.lastFrameAt, this.#awakeSince);
  }

  get #msToPing(): number {
    const { keepAliveIntervalInMs: interval, scheduler } = this.options;
    return interval === 0 ? Infinity : Math.max(this.#quietSince, this.#lastPingAt) + interval - scheduler.now();
  }

  get #msToDeath(): number {
    const { keepAliveTimeoutInMs: timeout, scheduler } = this.options;
    return timeout === 0 ? Infinity : this.#quietSince + timeout - scheduler.now();
  }

  #watch(): void {
    this.#isProbed = false;
    this.#tick = this.#after(Math.min(this.#msToPing, this.#msToDeath), false);
  }

  #ticked(hasSlept: boolean): void {
    if (hasSlept) {
      // Nothing could have come in while we slept: ask before judging, unless somebody did, and count silence anew.
      this.#awakeSince = this.options.scheduler.now();
      if (!this.#isProbed) this.probe();
    } else if (this.#msToDeath <= 0) {
      this.#die();
      return;
    } else if (this.#msToPing <= 0) {
      this.#ping();
    }
    this.#watch();
  }

  /** Asks for proof of life now. */
  probe(): void {
    const { watched, options } = this;
    const frames = watched.frameCount;
    // One at a time; but an answer to an earlier one says nothing of now.
    if (this.closed || !watched.canAnswer || (!this.#probe.closed && frames === this.#framesBeforeProbe)) return;
    this.#probe.unsubscribe();
    this.#framesBeforeProbe = frames;
    this.#isProbed = true;
    const patience = watched.isBusy ? options.keepAliveTimeoutInMs || Infinity : options.proofOfLifeInMs;
    this.#ping();
    this.#probe = this.#after(patience, true);
  }

  /** A probe has had its time. */
  #probed(hasSlept: boolean): void {
    if (this.watched.frameCount !== this.#framesBeforeProbe) return;
    // The answer may have been lost while we slept: that is no reason to judge the link.
    if (hasSlept) this.probe();
    else this.#die();
  }

  /** Judges in time, unless that is never or this is over, knowing whether we slept meanwhile. */
  #after(timeInMs: number, isProbe: boolean): Subscription {
    if (this.closed || timeInMs === Infinity) return Subscription.EMPTY;
    const { scheduler } = this.options;
    const delay = Math.max(0, Math.min(timeInMs, MAX_TIMER_MS));
    const due = scheduler.now() + delay;
    return after(delay, scheduler, () => {
      const hasSlept = hasJumped(due, scheduler.now());
      if (isProbe) this.#probed(hasSlept);
      else this.#ticked(hasSlept);
    });
  }

  #ping(): void {
    this.#lastPingAt = this.options.scheduler.now();
    this.watched.ping();
  }

  #die(): void {
    this.watched.ended(new LinkSilent(this.options.scheduler.now() - this.#quietSince));
  }
}
