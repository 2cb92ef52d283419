import { Observable, type MonoTypeOperatorFunction, type SchedulerLike } from "rxjs";

/** Errors when no value that `counts` has come within so many milliseconds of subscribing; afterwards it only passes. */
export const firstWithin =
  <T>(
    timeInMs: number,
    scheduler: SchedulerLike,
    errorFor: () => unknown,
    counts: (value: T) => boolean = () => true,
  ): MonoTypeOperatorFunction<T> =>
  (source) =>
    new Observable((subscriber) => {
      const timer = scheduler.schedule(() => subscriber.error(errorFor()), timeInMs);
      subscriber.add(timer);
      subscriber.add(
        source.subscribe({
          next: (value) => {
            if (!timer.closed && counts(value)) timer.unsubscribe();
            subscriber.next(value);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
