import { Observable, type MonoTypeOperatorFunction, type SchedulerLike } from "rxjs";

/**
 * Errors when no value has come within so many milliseconds of subscribing; afterwards it only passes. The `timeout` of
 * RxJS does the same and would be 0.3 kB of every bundle.
 */
export const firstWithin =
  <T>(timeInMs: number, scheduler: SchedulerLike, errorFor: () => unknown): MonoTypeOperatorFunction<T> =>
  (source) =>
    new Observable((subscriber) => {
      const timer = scheduler.schedule(() => subscriber.error(errorFor()), timeInMs);
      subscriber.add(timer);
      subscriber.add(
        source.subscribe({
          next: (value) => {
            timer.unsubscribe();
            subscriber.next(value);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
