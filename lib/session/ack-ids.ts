import { invalidId } from "../protocol/names.js";
import { TurnoverMap } from "./turnover-map.js";

/** Gives out `ackId`s from 1 up, each once in the life of a client, around those that callers chose. */
export class AckIds {
  #next = 1;
  /** Chosen ids that the counter has yet to pass; made for the first. */
  #chosen: Set<number> | undefined;
  /** Ids of operations that have not settled yet; made for the first. */
  #pending: TurnoverMap<number, true> | undefined;
  #shared: Set<number> | undefined;

  /**
   * Reserves the id that a caller chose, or else the next free one, until it is released, once. Nobody can choose it
   * meanwhile; whoever is told of the outcome of what went under it can.
   *
   * @throws RangeError as {@link check} does
   */
  take(chosen: number | undefined): number {
    let ackId = chosen;
    if (ackId === undefined) {
      while (this.#chosen?.delete(this.#next)) this.#next++;
      ackId = this.#next++;
    } else {
      this.check(ackId);
      if (ackId >= this.#next) (this.#chosen ??= new Set()).add(ackId);
    }
    (this.#pending ??= new TurnoverMap()).set(ackId, true);
    return ackId;
  }

  /** Reserves an id that a caller has chosen for what goes under it too: it is free when both have released it. */
  share(chosen: number): number {
    (this.#shared ??= new Set()).add(chosen);
    return chosen;
  }

  release(ackId: number): void {
    if (!this.#shared?.delete(ackId)) this.#pending?.current.delete(ackId);
  }

  /** @throws RangeError when a chosen id is no id, or awaits its ack already */
  check(ackId: number): void {
    const problem = invalidId(ackId);
    if (problem) throw new RangeError(`ackId ${String(ackId)}: ${problem}`);
    if (this.#pending?.current.has(ackId)) {
      throw new RangeError(`ackId ${ackId} awaits its ack already; choose another`);
    }
  }
}
