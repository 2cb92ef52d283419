import { CookieJar } from "./cookie-jar.js";

/** What the service keeps of one connection for its application, from `connect` to `disconnected` (service-surface §8). */
export class UpstreamConnection {
  readonly cookies = new CookieJar();
  /** Aborted when nobody waits for answers any more. */
  readonly gone = new AbortController();
  /** As the application has set it, also when that is empty. */
  state?: string;
  userId?: string;
  subprotocol?: string;
  // Number 0 is `connect`.
  #nextId = 1;
  #last: Promise<unknown> = Promise.resolve();

  constructor(readonly connectionId: string) {}

  takeId(): number {
    return this.#nextId++;
  }

  /** Begins a task when those before have ended, so that an application hears of things in their order. */
  inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task, task);
    this.#last = result;
    return result;
  }
}
