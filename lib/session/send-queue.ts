import { Subscription, type SchedulerLike } from "rxjs";
import type { Link } from "../socket/link.js";
import { after } from "./after.js";
import { Deadlines, type DeadlineKeeper } from "./deadlines.js";
import type { Transmission } from "./operation.js";

/** Sends are held back while more than this is handed over and not yet on the network. */
const HIGH_WATER_BYTES = 1_048_576;
/** How often a held back queue looks again: a WebSocket does not tell when it has drained. */
const DRAIN_POLL_MS = 20;

/** Whose sends they are. */
export interface SendQueueHost extends DeadlineKeeper<Transmission> {
  /** A link that was busy may take sends again. */
  flush(): void;
}

/** The sends that wait for a link that takes them, in order, each for a limited time. */
export class SendQueue {
  readonly #waiting: Deadlines<Transmission, Transmission>;
  /** What goes before them: sent before, to be sent again, and awaiting an ack all the while. Made for the first. */
  #again: Set<Transmission> | undefined;
  #drainPoll = Subscription.EMPTY;

  constructor(
    timeInMs: number,
    private readonly scheduler: SchedulerLike,
    private readonly host: SendQueueHost,
  ) {
    this.#waiting = new Deadlines(timeInMs, scheduler, host);
  }

  /** How many wait that have not been sent. */
  get size(): number {
    return this.#waiting.size;
  }

  get isEmpty(): boolean {
    return this.size === 0 && !this.#again?.size;
  }

  [Symbol.iterator](): Iterator<Transmission> {
    return this.#waiting[Symbol.iterator]();
  }

  add(transmission: Transmission): void {
    this.#waiting.set(transmission, transmission);
  }

  /** One that is to be sent again as soon as the link takes it. */
  addAgain(transmission: Transmission): void {
    (this.#again ??= new Set()).add(transmission);
  }

  delete(transmission: Transmission): void {
    this.#again?.delete(transmission);
    if (this.#waiting.size > 0) this.#waiting.delete(transmission);
  }

  /** Takes the first out, if a link takes it now. */
  next(link: Link): Transmission | undefined {
    if (this.isEmpty || !this.takes(link)) return undefined;
    const [first] = this.#again?.size ? this.#again : this.#waiting;
    if (first) this.delete(first);
    return first;
  }

  /** Whether a link takes a send now; if it is only busy, the queue looks again later. */
  takes(link: Link): boolean {
    if (!link.isOpen) return false;
    if (link.bufferedAmount <= HIGH_WATER_BYTES) return true;
    if (this.#drainPoll.closed) {
      this.#drainPoll = after(DRAIN_POLL_MS, this.scheduler, () => this.host.flush());
    }
    return false;
  }

  /** There is no link any more that could drain. */
  pause(): void {
    this.#drainPoll.unsubscribe();
    this.#again?.clear();
  }
}
