import { Subscription, type SchedulerLike } from "rxjs";

/**
 * Deadlines of many things that all get the same time, with one timer for all: what was set first is due first, so
 * only the eldest is watched. Settling one before its time costs nothing but its removal.
 */
export class Deadlines<T> {
  readonly #due = new Map<T, number>();
  #timer = Subscription.EMPTY;

  constructor(
    private readonly timeInMs: number,
    private readonly scheduler: SchedulerLike,
    private readonly onDue: (item: T) => void,
  ) {}

  /** Starts an item's time, anew if it has one already. */
  set(item: T): void {
    this.#due.delete(item);
    this.#due.set(item, this.scheduler.now() + this.timeInMs);
    if (this.#timer.closed) this.#watch(this.timeInMs);
  }

  delete(item: T): void {
    this.#due.delete(item);
    if (this.#due.size === 0) this.#timer.unsubscribe();
  }

  clear(): void {
    this.#due.clear();
    this.#timer.unsubscribe();
  }

  #watch(delayInMs: number): void {
    this.#timer = this.scheduler.schedule(() => {
      this.#timer.unsubscribe();
      this.#settleDue();
    }, delayInMs);
  }

  #settleDue(): void {
    const now = this.scheduler.now();
    const late: T[] = [];
    for (const [item, due] of this.#due) {
      if (due > now) {
        this.#watch(due - now);
        break;
      }
      late.push(item);
    }
    // What is done about them may set and delete others, so the books are in order first.
    for (const item of late) this.#due.delete(item);
    for (const item of late) this.onDue(item);
  }
}
