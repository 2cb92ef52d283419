import { Observable, Subscription, type MonoTypeOperatorFunction, type SchedulerLike } from "rxjs";

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
  readonly scheduler: SchedulerLike;
}

/** The error of a link that stayed silent for too long. */
export class LinkSilent {
  constructor(readonly silentForMs: number) {}
}

/**
 * Passes the frames of one link and errors with `LinkSilent` when it is dead: after `keepAliveTimeoutInMs` without a
 * frame, or `proofOfLifeInMs` after a probe. Sends a ping after `keepAliveIntervalInMs` without one. Any frame is
 * proof of life, and costs no timer.
 */
export const liveness =
  <T>(options: LivenessOptions): MonoTypeOperatorFunction<T> =>
  (source) =>
    new Observable((subscriber) => {
      const { scheduler, keepAliveIntervalInMs: interval, keepAliveTimeoutInMs: timeout } = options;
      let lastFrameAt = scheduler.now();
      let lastPingAt = lastFrameAt;
      let frames = 0;
      let probe = Subscription.EMPTY;

      const ping = () => {
        lastPingAt = scheduler.now();
        options.ping();
      };
      const die = () => subscriber.error(new LinkSilent(scheduler.now() - lastFrameAt));

      const startProbe = () => {
        if (!probe.closed) return;
        const framesBefore = frames;
        const patience = options.maySilentlyWork() ? timeout || Infinity : options.proofOfLifeInMs;
        ping();
        if (patience === Infinity) return;
        probe = scheduler.schedule(() => {
          probe.unsubscribe();
          if (frames === framesBefore) die();
        }, patience);
        subscriber.add(probe);
      };

      const msToPing = () =>
        interval === 0 ? Infinity : Math.max(lastFrameAt, lastPingAt) + interval - scheduler.now();
      const msToDeath = () => (timeout === 0 ? Infinity : lastFrameAt + timeout - scheduler.now());
      const watch = (): void => {
        const delay = Math.max(0, Math.min(msToPing(), msToDeath()));
        if (delay === Infinity) return;
        const due = scheduler.now() + delay;
        const tick = scheduler.schedule(() => {
          tick.unsubscribe();
          if (scheduler.now() - due >= ASLEEP_AFTER_MS) {
            // Nothing could have come in while we slept: ask before judging, and count silence from now.
            lastFrameAt = scheduler.now();
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
      subscriber.add(
        source.subscribe({
          next: (frame) => {
            frames++;
            lastFrameAt = scheduler.now();
            subscriber.next(frame);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
      if (options.probeAtOnce && !subscriber.closed) startProbe();
    });
