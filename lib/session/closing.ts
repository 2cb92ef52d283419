import { Observable, type SchedulerLike } from "rxjs";
import { after } from "./after.js";

/*
 * In place of `concat` and `merge`, which bring the schedulers of RxJS into every bundle.
 */

/** Goes on with another source when the first, which never errors, has completed. */
export const andThen = <T>(first$: Observable<never>, next$: Observable<T>): Observable<T> =>
  new Observable((subscriber) => {
    const goOn = () => void next$.subscribe(subscriber);
    subscriber.add(first$.subscribe({ complete: goOn }));
  });

/** Completes when a hot source has, and after a tick at the earliest. */
export const notBeforeATick = (closing$: Observable<never>, scheduler: SchedulerLike): Observable<never> =>
  new Observable((subscriber) => {
    subscriber.add(after(0, scheduler, () => closing$.subscribe(subscriber)));
  });
