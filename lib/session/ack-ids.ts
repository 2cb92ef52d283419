import { invalidId } from "../protocol/names.js";

/** Gives out `ackId`s from 1 up, each once in the life of a client, around those that callers chose. */
export class AckIds {
  #next = 1;
  /** Chosen ids that the counter has yet to pass. */
  readonly #chosen = new Set<number>();

  /** @throws RangeError when the id is no id. */
  choose(ackId: number): number {
    const problem = invalidId(ackId);
    if (problem) throw new RangeError(`ackId ${String(ackId)} cannot be used: ${problem}`);
    if (ackId >= this.#next) this.#chosen.add(ackId);
    return ackId;
  }

  generate(): number {
    while (this.#chosen.delete(this.#next)) this.#next++;
    return this.#next++;
  }
}
