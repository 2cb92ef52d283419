import type { SchedulerAction, SchedulerLike } from "rxjs";
import { TestScheduler, type RunHelpers } from "rxjs/testing";

/** Runs marbles in virtual time; what `run` finds when it flushes at the end fails the test like any expectation. */
export const marbles = (test: (helpers: RunHelpers, scheduler: TestScheduler) => void): void => {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
  scheduler.run((helpers) => {
    test(helpers, scheduler);
  });
};

/** How many timers wait in virtual time. Inside `marbles` only. */
export const waiting = (scheduler: TestScheduler): number => scheduler.actions.length;

/** The same scheduler, writing down the delay of whatever is scheduled through it. */
export function recording(scheduler: TestScheduler): SchedulerLike & { readonly delays: number[] } {
  const delays: number[] = [];
  return {
    delays,
    now: () => scheduler.now(),
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) => {
      delays.push(delay);
      return scheduler.schedule(work, delay, state);
    },
  };
}
