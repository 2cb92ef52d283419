import { defer, filter, interval, map, type Observable, type SchedulerLike } from "rxjs";

/** How often the clock is looked at: so soon after a sleep the connection is asked whether it is still there. */
const LOOK_EVERY_MS = 1_000;
/** A timer that fires this much off its time was held up by sleep, a frozen tab or throttling, not by the peer. */
const JUMP_MS = 2_000;

/** Whether a timer that was due at a time, and fires now, has slept. A clock that is set back counts too. */
export const hasJumped = (due: number, now: number): boolean => Math.abs(now - due) >= JUMP_MS;

/** Emits after the clock has jumped: the machine slept, the tab was frozen, or its timers were throttled. */
export const clockJumps = (scheduler: SchedulerLike): Observable<unknown> =>
  defer(() => {
    let lookedAt = scheduler.now();
    return interval(LOOK_EVERY_MS, scheduler).pipe(
      map(() => {
        const due = lookedAt + LOOK_EVERY_MS;
        lookedAt = scheduler.now();
        return hasJumped(due, lookedAt);
      }),
      filter((jumped) => jumped),
    );
  });
