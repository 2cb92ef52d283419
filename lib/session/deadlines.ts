import { Subscription, type SchedulerLike } from "rxjs";
import { after } from "./after.js";

/**
 * Deadlines of many things that all get the same time, with one timer for all: what was set first is due first, so
 * only the eldest is watched. Settling one before its time costs nothing but its removal. Iterates in the order set.
 */
export class Deadlines<T> {
  /** Made when the first is set. */
  #due: Map<T, number> | undefined;
  #timer = Subscription.EMPTY;

  constructor(
    private readonly timeInMs: number,
    private readonly scheduler: SchedulerLike,
    private readonly onDue: (item: T) => void,
  ) {}

  get size(): number {
    return this.#due?.size ?? 0;
  }

  [Symbol.iterator](): Iterator<T> {
    return (this.#due ?? NOTHING).keys() as Iterator<T>;
  }

  has(item: T): boolean {
    return this.#due?.has(item) ?? false;
  }

  /** Starts an item's time, anew if it has one already. */
  set(item: T): void {
    const due = (this.#due ??= new Map());
    due.delete(item);
    due.set(item, this.scheduler.now() + this.timeInMs);
    if (this.#timer.closed) this.#watch(this.timeInMs);
  }

  delete(item: T): void {
    this.settle(item);
    if (this.size === 0) this.#timer.unsubscribe();
  }

  /** As {@link delete}, where the next item comes soon: the timer stays for it. */
  settle(item: T): void {
    this.#due?.delete(item);
  }

  clear(): void {
    this.#due?.clear();
    this.#timer.unsubscribe();
  }

  #watch(delayInMs: number): void {
    this.#timer = after(delayInMs, this.scheduler, () => this.#settleDue());
  }

  #settleDue(): void {
    const now = this.scheduler.now();
    const late: T[] = [];
    for (const [item, due] of this.#due ?? []) {
      if (due > now) {
        this.#watch(due - now);
        break;
      }
      late.push(item);
    }
    // What is done about them may set and delete others, so the books are in order first.
    for (const item of late) this.#due?.delete(item);
    for (const item of late) this.onDue(item);
  }
}

const NOTHING: ReadonlyMap<unknown, number> = new Map();
