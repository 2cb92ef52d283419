import type { SchedulerAction, SchedulerLike, Subscription } from "rxjs";
import { MAX_TIMER_MS } from "../operators/max-timer.js";

/**
 * Does something once, so many milliseconds from now, and keeps nothing of it afterwards. Unsubscribing calls it off. A
 * time of more than 24 days ends early, as no timer of the platform runs longer.
 */
export const after = (delayInMs: number, scheduler: SchedulerLike, work: () => void): Subscription =>
  scheduler.schedule(once, Math.min(delayInMs, MAX_TIMER_MS), work);

function once(this: SchedulerAction<() => void>, work?: () => void): void {
  this.unsubscribe();
  work?.();
}
