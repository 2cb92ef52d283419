import { Subscription, type SchedulerLike } from "rxjs";
import { after } from "./after.js";
import { TurnoverMap } from "./turnover-map.js";

/** Something that has a deadline. */
export interface Due {
  /** When it is over, if it has been set. */
  dueAt: number;
}

/** Whose deadlines they are. */
export interface DeadlineKeeper<T> {
  /** The time of one is over; it is not among the others any more. */
  overdue(item: T): void;
}

/**
 * Things by key that all get the same time, with one timer for all: what was set first is due first, so only the oldest
 * is watched. Settling one before its time costs nothing but its removal. Iterates in the order set.
 */
export class Deadlines<K, T extends Due> {
  /** Made when the first is set. */
  #items: TurnoverMap<K, T> | undefined;
  #timer = Subscription.EMPTY;
  #isStopped = false;

  constructor(
    private readonly timeInMs: number,
    private readonly scheduler: SchedulerLike,
    private readonly keeper: DeadlineKeeper<T>,
  ) {}

  get size(): number {
    return this.#items?.current.size ?? 0;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items?.current.values() ?? NOTHING.values();
  }

  get(key: K): T | undefined {
    return this.#items?.current.get(key);
  }

  /** Starts an item's time, anew if it has one already. */
  set(key: K, item: T): void {
    item.dueAt = this.scheduler.now() + this.timeInMs;
    this.add(key, item);
    if (this.#timer.closed) this.#watch(this.timeInMs);
  }

  /** Keeps an item, last of all, whose time is to start later: by {@link set}, before that of any other. */
  add(key: K, item: T): void {
    const items = (this.#items ??= new TurnoverMap());
    items.current.delete(key);
    items.set(key, item);
  }

  delete(key: K): void {
    this.settle(key);
    if (this.size === 0) this.stop();
  }

  /** As {@link delete}, where the next item comes soon: the timer stays for it. */
  settle(key: K): void {
    this.#items?.current.delete(key);
  }

  clear(): void {
    this.#items?.current.clear();
    this.stop();
  }

  /** Nothing comes due, until the next is set. */
  stop(): void {
    this.#isStopped = true;
    this.#timer.unsubscribe();
  }

  #watch(delayInMs: number): void {
    this.#timer = after(delayInMs, this.scheduler, () => this.#settleDue());
  }

  /** One at a time: what is done about one may set, take off or stop the others. */
  #settleDue(): void {
    const now = this.scheduler.now();
    this.#isStopped = false;
    // Not those that are set meanwhile: with a time of 0 that would never end.
    for (let left = this.size; left > 0; left--) if (!this.#settleFirst(now)) return;
  }

  /** Settles the first if it is late, or waits for it; tells whether the next may be late too. */
  #settleFirst(now: number): boolean {
    const [first] = this.#items?.current.entries() ?? [];
    if (first === undefined) return false;
    const [key, item] = first;
    if (item.dueAt > now) {
      // In place of a timer that was begun meanwhile.
      this.#timer.unsubscribe();
      // Never more than its whole time: the clock may have been set back.
      item.dueAt = Math.min(item.dueAt, now + this.timeInMs);
      this.#watch(item.dueAt - now);
      return false;
    }
    this.settle(key);
    this.keeper.overdue(item);
    return !this.#isStopped;
  }
}

const NOTHING: readonly never[] = [];
