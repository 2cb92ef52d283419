import type { Subscriber } from "rxjs";

const NOBODY: readonly never[] = [];

/**
 * Hands each value to all who have been added, as a `Subject` does, to those of the moment that the value came. It costs
 * a message half as much: a `Subject` makes a closure and an iterator for each value. The first has a place of their own:
 * most often there is one, and with many groups a message costs what memory it touches.
 */
export class FanOut<T> {
  #first: Subscriber<T> | undefined;
  /** Replaced rather than changed: while a value goes round it stays as it is. */
  #others: readonly Subscriber<T>[] = NOBODY;

  get observed(): boolean {
    return this.#first !== undefined;
  }

  add(subscriber: Subscriber<T>): void {
    if (this.#first === undefined) this.#first = subscriber;
    else this.#others = [...this.#others, subscriber];
  }

  delete(subscriber: Subscriber<T>): void {
    if (this.#first === subscriber) [this.#first, ...this.#others] = this.#others;
    else this.#others = this.#others.filter((other) => other !== subscriber);
  }

  /** Takes all off, who are to be told why. */
  take(): readonly Subscriber<T>[] {
    const all = this.#first === undefined ? NOBODY : [this.#first, ...this.#others];
    this.#first = undefined;
    this.#others = NOBODY;
    return all;
  }

  /** Takes all off and completes them. */
  complete(): void {
    for (const subscriber of this.take()) subscriber.complete();
  }

  next(value: T): void {
    const others = this.#others;
    this.#first?.next(value);
    if (others.length > 0) for (const subscriber of others) subscriber.next(value);
  }
}
