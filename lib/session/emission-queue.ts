import type { Subject, Subscription } from "rxjs";

type Task = () => void;

/** What an emission belongs to: once that is closed, it is dropped. */
export type Owner = Pick<Subscription, "closed">;

/**
 * The one queue that all emissions of a client pass, so that every subscriber sees one history: what a subscriber
 * causes by calling the client is emitted after the current value has reached all the others.
 *
 * When nothing is being emitted, a task runs at once: emission is synchronous.
 */
export class EmissionQueue {
  #tasks: Task[] = [];
  #busy = false;

  /** Runs a task now, or after those before it. */
  push(task: Task): void {
    if (this.#busy) this.#tasks.push(task);
    else this.transact(task);
  }

  /** Emits a value now, or after what is queued; dropped if what it belongs to is closed by then. */
  emit<T>(subject: Pick<Subject<T>, "next">, value: T, owner: Owner): void {
    if (this.#busy) {
      this.#tasks.push(() => {
        if (!owner.closed) subject.next(value);
      });
      return;
    }
    // The usual case of a message, without a closure.
    this.#busy = true;
    try {
      subject.next(value);
    } finally {
      this.#drain();
    }
  }

  /** Runs something now, and what it emits afterwards: a change of several parts is complete before anyone sees it. */
  transact<T>(change: () => T): T {
    if (this.#busy) return change();
    this.#busy = true;
    try {
      return change();
    } finally {
      this.#drain();
    }
  }

  #drain(): void {
    // The usual case of a message: nothing was queued, and no array need be made.
    if (this.#tasks.length === 0) {
      this.#busy = false;
      return;
    }
    try {
      // Tasks add to the array while they run, which its iteration goes on into.
      for (const task of this.#tasks) task();
    } finally {
      this.#tasks = [];
      this.#busy = false;
    }
  }
}
