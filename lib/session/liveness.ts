import { Observable, Subscription, type SchedulerLike } from "rxjs";
import { hasJumped } from "./clock-jumps.js";

export interface LivenessOptions {
  readonly keepAliveIntervalInMs: number;
  readonly keepAliveTimeoutInMs: number;
  readonly proofOfLifeInMs: number;
  /** Asks for proof of life now. */
  readonly probe$: Observable<unknown>;
  /** Whether a link that has just opened has to prove itself at once, as a recovered one has. */
  readonly probeAtOnce: boolean;
  readonly ping: () => void;
  /** Whether the peer would answer a ping: not before the handshake, where silence means nothing. */
  readonly canAnswer: () => boolean;
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
    let probes = 0;
    let framesBeforeProbe = -1;
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
      const frames = options.frameCount();
      // One at a time; but an answer to an earlier one says nothing of now.
      if (!options.canAnswer() || (!probe.closed && frames === framesBeforeProbe)) return;
      probe.unsubscribe();
      framesBeforeProbe = frames;
      probes++;
      const patience = options.maySilentlyWork() ? timeout || Infinity : options.proofOfLifeInMs;
      ping();
      if (patience < Infinity) subscriber.add((probe = awaitAnswer(patience)));
    };
    const awaitAnswer = (patience: number): Subscription => {
      const due = scheduler.now() + patience;
      const answer = scheduler.schedule(() => {
        answer.unsubscribe();
        if (options.frameCount() !== framesBeforeProbe) return;
        // We slept, and the answer may have been lost meanwhile: that is no reason to judge the link.
        if (hasJumped(due, scheduler.now())) startProbe();
        else die();
      }, patience);
      return answer;
    };

    const watch = (): void => {
      const delay = Math.max(0, Math.min(msToPing(), msToDeath()));
      if (delay === Infinity) return;
      const due = scheduler.now() + delay;
      const probesBefore = probes;
      const tick = scheduler.schedule(() => {
        tick.unsubscribe();
        if (hasJumped(due, scheduler.now())) {
          // Nothing could have come in while we slept: ask before judging, unless somebody did, and count silence anew.
          awakeSince = scheduler.now();
          if (probes === probesBefore) startProbe();
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
