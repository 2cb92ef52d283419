import type { SchedulerLike, Subscription } from "rxjs";

/** Does something once, so many milliseconds from now, and keeps nothing of it afterwards. Unsubscribing calls it off. */
export function after(delayInMs: number, scheduler: SchedulerLike, work: () => void): Subscription {
  const action = scheduler.schedule(() => {
    action.unsubscribe();
    work();
  }, delayInMs);
  return action;
}
