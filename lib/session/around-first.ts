import { Observable, type MonoTypeOperatorFunction } from "rxjs";

/** Does something before and after the first value reaches the subscriber; all others only pass. */
export const aroundFirst =
  <T>(before: () => void, after: () => void): MonoTypeOperatorFunction<T> =>
  (source) =>
    new Observable((subscriber) => {
      let isFirst = true;
      return source.subscribe({
        next: (value) => {
          if (!isFirst) {
            subscriber.next(value);
            return;
          }
          isFirst = false;
          before();
          subscriber.next(value);
          after();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
