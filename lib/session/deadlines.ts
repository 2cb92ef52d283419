import { Subscription, type SchedulerLike } from "rxjs";
import { after } from "./after.js";
import { TurnoverMap } from "./turnover-map.js";

/** Something that has a deadline. */
export interface Due {
  /** When it is over, if it has been set. */
  dueAt: number;
}

/**
 * Things by key that all get the same time, with one timer for all: what was set first is due first, so only the eldest
 * is watched. Settling one before its time costs nothing but its removal. Iterates in the order set.
 */
export class Deadlines<K, T extends Due> {
  /** Made when the first is set. */
  #items: TurnoverMap<K, T> | undefined;
  #timer = Subscription.EMPTY;

  constructor(
    private readonly timeInMs: number,
    private readonly scheduler: SchedulerLike,
    /** It is not among the others any more. */
    private readonly onDue: (item: T) => void,
  ) {}

  get size(): number {
    return this.#items?.size ?? 0;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items?.values() ?? NOTHING.values();
  }

  get(key: K): T | undefined {
    return this.#items?.get(key);
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
    items.delete(key);
    items.set(key, item);
  }

  delete(key: K): void {
    this.settle(key);
    if (this.size === 0) this.stop();
  }

  /** As {@link delete}, where the next item comes soon: the timer stays for it. */
  settle(key: K): void {
    this.#items?.delete(key);
  }

  clear(): void {
    this.#items?.clear();
    this.stop();
  }

  /** Nothing comes due, until the next is set. */
  stop(): void {
    this.#timer.unsubscribe();
  }

  #watch(delayInMs: number): void {
    this.#timer = after(delayInMs, this.scheduler, () => this.#settleDue());
  }

  #settleDue(): void {
    const now = this.scheduler.now();
    const late: [K, T][] = [];
    for (const [key, item] of this.#items?.entries() ?? []) {
      if (item.dueAt > now) {
        this.#watch(item.dueAt - now);
        break;
      }
      late.push([key, item]);
    }
    // What is done about them may set and delete others, so the books are in order first.
    for (const [key] of late) this.settle(key);
    for (const [, item] of late) this.onDue(item);
  }
}

const NOTHING: readonly never[] = [];
