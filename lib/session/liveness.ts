import { Observable, Subscription, type SchedulerLike } from "rxjs";

/** A timer that fires this much late was held up by sleep, a frozen tab or throttling, not by the peer. */
const ASLEEP_AFTER_MS = 2_000;

export interface LivenessOptions {
  readonly keepAliveIntervalInMs: number;
  readonly keepAliveTimeoutInMs: number;
  readonly proofOfLifeInMs: number;
  /** Asks for proof of life now. */
  readonly probe$: Observable<unknown>;
  /** Whether a link that has just opened has to prove itself at once, as a recovered one has. */
  readonly probeAtOnce: boolean;
  readonly ping: () => void;
  /** Whether silence may mean that the service is busy with an event of ours. */
  readonly maySilentlyWork: () => boolean;
  /** When the last frame came in; frames cost nothing here but this note of their time. */
  readonly lastFrameAt: () => number;
  /** How many frames have come in. */
  readonly frameCount: () => number;
  readonly scheduler: SchedulerLike;
}

/** The error of a link that stayed silent for too long. */
export class LinkSilent {
  constructor(readonly silentForMs: number) {}
}

/**
 * Watches over one open link: sends a ping after `keepAliveIntervalInMs` without a frame, and errors with `LinkSilent`
 * when the link is dead: after `keepAliveTimeoutInMs` without one, or `proofOfLifeInMs` after a probe. Any frame is
 * proof of life. Never emits, never completes.
 */
export const liveness = (options: LivenessOptions): Observable<never> =>
  new Observable((subscriber) => {
    const { scheduler, keepAliveIntervalInMs: interval, keepAliveTimeoutInMs: timeout } = options;
    /** Silence before this does not count. */
    let awakeSince = scheduler.now();
    let lastPingAt = awakeSince;
    let probe = Subscription.EMPTY;

    const quietSince = () => Math.max(options.lastFrameAt(), awakeSince);
    const msToPing = () =>
      interval === 0 ? Infinity : Math.max(quietSince(), lastPingAt) + interval - scheduler.now();
    const msToDeath = () => (timeout === 0 ? Infinity : quietSince() + timeout - scheduler.now());
    const die = () => {
      subscriber.error(new LinkSilent(scheduler.now() - quietSince()));
    };
    const ping = () => {
      lastPingAt = scheduler.now();
      options.ping();
    };

    const startProbe = () => {
      if (!probe.closed) return;
      const framesBefore = options.frameCount();
      const patience = options.maySilentlyWork() ? timeout || Infinity : options.proofOfLifeInMs;
      ping();
      if (patience === Infinity) return;
      probe = scheduler.schedule(() => {
        probe.unsubscribe();
        if (options.frameCount() === framesBefore) die();
      }, patience);
      subscriber.add(probe);
    };

    const watch = (): void => {
      const delay = Math.max(0, Math.min(msToPing(), msToDeath()));
      if (delay === Infinity) return;
      const due = scheduler.now() + delay;
      const tick = scheduler.schedule(() => {
        tick.unsubscribe();
        if (scheduler.now() - due >= ASLEEP_AFTER_MS) {
          // Nothing could have come in while we slept: ask before judging, and count silence from now.
          awakeSince = scheduler.now();
          startProbe();
        } else if (msToDeath() <= 0) {
          die();
          return;
        } else if (msToPing() <= 0) {
          ping();
        }
        watch();
      }, delay);
      subscriber.add(tick);
    };

    watch();
    subscriber.add(options.probe$.subscribe(startProbe));
    if (options.probeAtOnce) startProbe();
  });
