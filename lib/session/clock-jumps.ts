import { Observable, Subscription, type SchedulerLike } from "rxjs";
import { after } from "./after.js";

/** How often the clock is looked at: so soon after a sleep the connection is asked whether it is still there. */
const LOOK_EVERY_MS = 1_000;
/** A timer that fires this much off its time was held up by sleep, a frozen tab or throttling, not by the peer. */
const JUMP_MS = 2_000;

/** Whether a timer that was due at a time, and fires now, has slept. A clock that is set back counts too. */
export const hasJumped = (due: number, now: number): boolean => Math.abs(now - due) >= JUMP_MS;

/** Emits after the clock has jumped: the machine slept, the tab was frozen, or its timers were throttled. */
export const clockJumps = (scheduler: SchedulerLike): Observable<void> =>
  new Observable((subscriber) => {
    let tick = Subscription.EMPTY;
    const look = (): void => {
      const due = scheduler.now() + LOOK_EVERY_MS;
      // Not `interval`: in virtual time an action that is scheduled again keeps all that it was before.
      tick = after(LOOK_EVERY_MS, scheduler, () => {
        if (hasJumped(due, scheduler.now())) subscriber.next();
        if (!subscriber.closed) look();
      });
    };
    look();
    return () => tick.unsubscribe();
  });
