import type { SchedulerAction, SchedulerLike, Subscription } from "rxjs";

/** Does something once, so many milliseconds from now, and keeps nothing of it afterwards. Unsubscribing calls it off. */
export const after = (delayInMs: number, scheduler: SchedulerLike, work: () => void): Subscription =>
  scheduler.schedule(once, delayInMs, work);

function once(this: SchedulerAction<() => void>, work?: () => void): void {
  this.unsubscribe();
  work?.();
}
