import { Subscription, type Observer, type Subscriber } from "rxjs";
import type { CommandResult, Operation, Transmission, WhenOffline } from "../session/operation.js";
import { isWorthRetrying, retryAfter } from "../session/retry-within-session.js";
import type { CommandPorts } from "./commands.js";

/** What of a client's parts a send works with. */
type SendingPorts = Pick<CommandPorts, "ackIds" | "outbox" | "holders" | "messageRetry">;

/**
 * One send under way: the transmission, whose outcome it gets from the outbox and passes on, and all that it holds until
 * then. One object rather than a chain of operators, for what a send allocates is what publishing costs.
 */
export class Sending implements Transmission, Observer<CommandResult> {
  readonly subscriber = this;
  #isHolding = false;
  #isReserved: boolean;
  #retries = Subscription.EMPTY;

  /** Its `ackId`, if it has one, is reserved; unsubscribing releases it. */
  constructor(
    readonly operation: Operation,
    private readonly whenOffline: WhenOffline,
    private readonly ports: SendingPorts,
    private readonly destination: Subscriber<CommandResult>,
  ) {
    this.#isReserved = operation.ackId !== undefined;
    destination.add(this);
  }

  begin(): void {
    const { outbox, holders } = this.ports;
    if (this.whenOffline === "queue" || outbox.isLive) {
      this.#isHolding = true;
      holders.acquire();
    }
    if (!this.destination.closed) outbox.submit(this, this.whenOffline);
  }

  next(result: CommandResult): void {
    this.#release();
    this.destination.next(result);
  }

  complete(): void {
    this.#release();
    this.destination.complete();
  }

  error(error: unknown): void {
    const { outbox, messageRetry } = this.ports;
    if (this.destination.closed) return;
    if (!this.#isHolding || !isWorthRetrying(error)) {
      this.#release();
      this.destination.error(error);
      return;
    }
    outbox.forget(this);
    const again$ = outbox.transmit(this.operation, this.whenOffline);
    this.#retries = retryAfter(error, again$, this.operation, messageRetry, outbox).subscribe({
      next: (result) => this.next(result),
      error: (failure: unknown) => {
        this.#release();
        this.destination.error(failure);
      },
      complete: () => this.complete(),
    });
  }

  /** The outcome is known, or nobody wants it any longer. */
  unsubscribe(): void {
    this.ports.outbox.forget(this);
    this.#retries.unsubscribe();
    if (this.#isHolding) this.ports.holders.release();
    this.#isHolding = false;
    this.#release();
  }

  /** Whoever is told of the outcome may choose the id again. */
  #release(): void {
    const { ackId } = this.operation;
    if (this.#isReserved && ackId !== undefined) this.ports.ackIds.release(ackId);
    this.#isReserved = false;
  }
}
