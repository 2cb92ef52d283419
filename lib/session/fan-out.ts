import { Observable, type Subscriber } from "rxjs";

/**
 * Hands each value to all who subscribe, as a `Subject` does, to those of the moment that the value came. It costs a
 * message half as much: a `Subject` makes a closure and an iterator for each value.
 */
export class FanOut<T> {
  readonly values$ = new Observable<T>((subscriber) => {
    if (this.#end) {
      this.#end(subscriber);
      return undefined;
    }
    this.#subscribers = [...this.#subscribers, subscriber];
    return () => {
      this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
    };
  });
  /** Replaced rather than changed: while a value goes round it stays as it is. */
  #subscribers: readonly Subscriber<T>[] = [];
  #end: ((subscriber: Subscriber<T>) => void) | undefined;

  get observed(): boolean {
    return this.#subscribers.length > 0;
  }

  next(value: T): void {
    for (const subscriber of this.#subscribers) subscriber.next(value);
  }

  error(error: unknown): void {
    this.#endWith((subscriber) => subscriber.error(error));
  }

  complete(): void {
    this.#endWith((subscriber) => subscriber.complete());
  }

  #endWith(end: (subscriber: Subscriber<T>) => void): void {
    this.#end ??= end;
    for (const subscriber of this.#subscribers) end(subscriber);
  }
}
