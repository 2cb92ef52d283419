import { Subscription, type SchedulerLike } from "rxjs";
import { after } from "./after.js";

/** How often the clock is looked at: so soon after a sleep the connection is asked whether it is still there. */
const LOOK_EVERY_MS = 1_000;
/** A timer that fires this much off its time was held up by sleep, a frozen tab or throttling, not by the peer. */
const JUMP_MS = 2_000;

/** Whether a timer that was due at a time, and fires now, has slept. A clock that is set back counts too. */
export const hasJumped = (due: number, now: number): boolean => Math.abs(now - due) >= JUMP_MS;

/** Who is told after the clock has jumped: the machine slept, the tab was frozen, or its timers were throttled. */
export interface ClockListener {
  next(): void;
}

/** Looks at a scheduler's clock for as long as anybody listens; one timer does for all. */
export class Clock {
  readonly #listeners = new Set<ClockListener>();
  #tick = Subscription.EMPTY;

  constructor(private readonly scheduler: SchedulerLike) {}

  add(listener: ClockListener): void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#look();
  }

  delete(listener: ClockListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#tick.unsubscribe();
  }

  #look(): void {
    const due = this.scheduler.now() + LOOK_EVERY_MS;
    // Not `interval`: in virtual time an action that is scheduled again keeps all that it was before.
    this.#tick = after(LOOK_EVERY_MS, this.scheduler, () => {
      // First, for who listens may be the last to leave, and the first to come again.
      this.#look();
      if (hasJumped(due, this.scheduler.now())) for (const listener of [...this.#listeners]) listener.next();
    });
  }
}

const clocks = new WeakMap<SchedulerLike, Clock>();

/** The clock of a scheduler, which all clients share that run on it. */
export function clockOf(scheduler: SchedulerLike): Clock {
  let clock = clocks.get(scheduler);
  if (clock === undefined) clocks.set(scheduler, (clock = new Clock(scheduler)));
  return clock;
}
