import type { SchedulerLike } from "rxjs";

/** No two attempts follow each other faster. */
const MIN_GAP_MS = 50;
/** Attempts at once within the window, before they too have to wait. */
const MAX_AT_ONCE = 20;
const AT_ONCE_WINDOW_MS = 10_000;
const FIRST_CEILING_MS = 100;
const LAST_CEILING_MS = 1_000;

/**
 * When the next attempt at a recovery may begin: the first of an outage at once, so that a cut costs no more than the
 * network does; later ones after a random time under a ceiling that doubles from 100 ms to 1 s. A link that flaps is
 * slowed down all the same.
 */
export class RecoveryPace {
  #lastAttemptAt = -Infinity;
  /** When the first attempts of the last outages began. */
  #firsts: number[] = [];

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly random: () => number = Math.random,
  ) {}

  /** Milliseconds to wait before an attempt of an outage, counted from 1. */
  delayBefore(attempt: number): number {
    const now = this.scheduler.now();
    this.#firsts = this.#firsts.filter((at) => at > now - AT_ONCE_WINDOW_MS);
    // No more than that, for the clock may have been set back.
    const gap = Math.min(MIN_GAP_MS, Math.max(0, this.#lastAttemptAt + MIN_GAP_MS - now));
    // A link that flaps has a first attempt each time: too many of them count as later ones.
    const doublings = attempt === 1 ? this.#firsts.length - MAX_AT_ONCE : attempt - 2;
    if (doublings < 0) return gap;
    return Math.max(gap, this.random() * Math.min(LAST_CEILING_MS, FIRST_CEILING_MS * 2 ** doublings));
  }

  /** An attempt begins. */
  attempted(attempt: number): void {
    this.#lastAttemptAt = this.scheduler.now();
    if (attempt === 1) this.#firsts.push(this.#lastAttemptAt);
  }
}
