import { config, type SchedulerAction, type SchedulerLike } from "rxjs";
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

/** What RxJS reports as unhandled because of `action`: it does so on a later task, which comes in fake time here. */
export function collectUnhandled(action: () => void): unknown[] {
  const errors: unknown[] = [];
  const before = config.onUnhandledError;
  config.onUnhandledError = (error) => errors.push(error);
  jest.useFakeTimers();
  try {
    action();
    jest.runAllTimers();
  } finally {
    jest.useRealTimers();
    config.onUnhandledError = before;
  }
  return errors;
}
