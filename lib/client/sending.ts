import type { Subscriber } from "rxjs";
import { retryDelay } from "../session/failures.js";
import type { CommandResult, OperationKind, Transmission, WhenOffline } from "../session/operation.js";
import type { CommandPorts } from "./commands.js";

/** What of a client's parts a send works with. */
type SendingPorts = Pick<CommandPorts, "ackIds" | "outbox" | "holders" | "options">;

/**
 * One send under way: the transmission, whose outcome it gets from the outbox and passes on, and all that it holds until
 * then. One object rather than a chain of operators, for what a send allocates is what publishing costs.
 */
export class Sending implements Transmission {
  session: string | undefined;
  dueAt = Infinity;
  #isHolding = false;
  #reserved: number | undefined;
  #retries = 0;

  /** Its `ackId`, if it has one, is reserved; unsubscribing releases it. */
  constructor(
    readonly kind: OperationKind,
    readonly target: string,
    readonly frame: string | Uint8Array,
    readonly ackId: number | undefined,
    readonly whenOffline: WhenOffline,
    private readonly ports: SendingPorts,
    private readonly destination: Subscriber<CommandResult>,
  ) {
    this.#reserved = ackId;
    destination.add(this);
  }

  get closed(): boolean {
    return this.destination.closed;
  }

  sentIn(session: string): void {
    this.session = session;
  }

  begin(): void {
    const { outbox, holders } = this.ports;
    const isHolding = this.whenOffline === "queue" || outbox.isLive;
    // Before the connection is opened for it, so that it is told what that brings about at once.
    outbox.submit(this);
    if (!isHolding || this.closed) return;
    this.#isHolding = true;
    holders.acquire();
  }

  retryDelay(): number | undefined {
    return retryDelay(this.ports.options.messageRetry, ++this.#retries);
  }

  next(result: CommandResult): void {
    this.#release();
    this.destination.next(result);
    this.complete();
  }

  complete(): void {
    this.#release();
    this.destination.complete();
  }

  error(error: unknown): void {
    this.#release();
    this.destination.error(error);
  }

  /** The outcome is known, or nobody wants it any longer. */
  unsubscribe(): void {
    this.ports.outbox.forget(this);
    if (this.#isHolding) this.ports.holders.release();
    this.#isHolding = false;
    this.#release();
  }

  /** Whoever is told of the outcome may choose the id again. */
  #release(): void {
    if (this.#reserved !== undefined) this.ports.ackIds.release(this.#reserved);
    this.#reserved = undefined;
  }
}
