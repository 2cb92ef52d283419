/** Takes one thing after the other: what comes while a Promise is pending waits (client-protocol §3 rule 9). */
export class Inbox<Item> {
  #waiting: Item[] = [];
  #busy = false;

  /** @param process a returned Promise must never be rejected */
  constructor(private readonly process: (item: Item) => Promise<void> | undefined) {}

  put(item: Item): void {
    this.#waiting.push(item);
    if (!this.#busy) this.#work();
  }

  /** Forgets what waits; what is under way goes on. */
  clear(): void {
    this.#waiting = [];
  }

  #work(): void {
    this.#busy = true;
    for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) {
      const pending = this.process(item);
      if (pending) {
        void pending.then(() => this.#work());
        return;
      }
    }
    this.#busy = false;
  }
}
