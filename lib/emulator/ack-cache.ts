import { MAX_REMEMBERED_ACK_IDS } from "./limits.js";
import type { AckId } from "./upstream-frames.js";

/** The newest successful ids of one session, so that a repeat is recognised (client-protocol §6). */
export class AckCache {
  // A Set keeps the order of insertion, so its first member is the oldest.
  readonly #ids = new Set<AckId>();

  has(id: AckId): boolean {
    return this.#ids.has(id);
  }

  add(id: AckId): void {
    this.#ids.add(id);
    if (this.#ids.size <= MAX_REMEMBERED_ACK_IDS) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}
