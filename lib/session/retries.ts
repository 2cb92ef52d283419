import { type SchedulerLike, type Subscription } from "rxjs";
import { SendMessageError } from "../errors/send-message-error.js";
import { isUnacknowledged } from "./failures.js";
import { isMembership, type Transmission } from "./operation.js";

/** Transmissions that failed in a way that may pass, until they are sent again. */
export class Retries {
  /** Made for the first: most clients never need it. */
  #resting: Map<Transmission, { readonly failure: unknown; readonly timer: Subscription }> | undefined;

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly outbox: { retry(transmission: Transmission, failure: unknown): void },
  ) {}

  add(transmission: Transmission, failure: unknown, delayInMs: number): void {
    const timer = this.scheduler.schedule(() => {
      this.delete(transmission);
      this.outbox.retry(transmission, failure);
    }, delayInMs);
    (this.#resting ??= new Map()).set(transmission, { failure, timer });
  }

  delete(transmission: Transmission): void {
    this.#resting?.get(transmission)?.timer.unsubscribe();
    this.#resting?.delete(transmission);
  }

  get all(): readonly Transmission[] {
    return [...(this.#resting?.keys() ?? [])];
  }

  /** The one that goes under an id: its ack may come after all. */
  find(ackId: number): Transmission | undefined {
    return this.all.find((transmission) => transmission.ackId === ackId);
  }

  /** What to tell of one when the session ends: a refusal is a known outcome, which that does not make unknown. */
  errorOf(transmission: Transmission, end: Error): unknown {
    const failure = this.#resting?.get(transmission)?.failure;
    const isKnown = failure instanceof SendMessageError && isUnacknowledged(end);
    // Joins and leaves go on without the session.
    return isKnown && !isMembership(transmission) ? failure : end;
  }
}
