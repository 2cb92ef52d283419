import { Observable, Subscription } from "rxjs";
import { straight } from "../operators/straight.js";
import { invalidId } from "../protocol/names.js";

/** Gives out `ackId`s from 1 up, each once in the life of a client, around those that callers chose. */
export class AckIds {
  #next = 1;
  /** Chosen ids that the counter has yet to pass. */
  readonly #chosen = new Set<number>();
  /** Ids of operations that have not settled yet. */
  readonly #pending = new Set<number>();

  /**
   * Runs an operation under the id that its caller chose, or else the next free one. Nobody can choose that id until the
   * operation settles; whoever is told of its outcome can.
   *
   * Errors with a RangeError when the chosen id is no id, or awaits its ack already.
   */
  reserve<T>(chosen: number | undefined, run: (ackId: number) => Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      const ackId = this.take(chosen);
      const reservation = new Subscription(() => this.release(ackId));
      subscriber.add(reservation);
      const fail = (error: unknown) => {
        reservation.unsubscribe();
        subscriber.error(error);
      };
      let operation: Observable<T>;
      try {
        operation = run(ackId);
      } catch (error) {
        fail(error);
        return;
      }
      straight(operation, subscriber, {
        next: (outcome) => {
          reservation.unsubscribe();
          subscriber.next(outcome);
        },
        error: fail,
        complete: () => subscriber.complete(),
      });
    });
  }

  /** Reserves an id until it is released, once. @throws RangeError as {@link reserve} errors. */
  take(chosen: number | undefined): number {
    const ackId = chosen === undefined ? this.#generate() : this.#choose(chosen);
    this.#pending.add(ackId);
    return ackId;
  }

  release(ackId: number): void {
    this.#pending.delete(ackId);
  }

  #choose(ackId: number): number {
    const problem = invalidId(ackId);
    if (problem) throw new RangeError(`ackId ${String(ackId)} cannot be used: ${problem}`);
    if (this.#pending.has(ackId)) {
      throw new RangeError(`ackId ${ackId} awaits its ack already; choose another or leave it out`);
    }
    if (ackId >= this.#next) this.#chosen.add(ackId);
    return ackId;
  }

  #generate(): number {
    while (this.#chosen.delete(this.#next)) this.#next++;
    return this.#next++;
  }
}
