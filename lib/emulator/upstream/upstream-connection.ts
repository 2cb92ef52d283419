import { CookieJar } from "./cookie-jar.js";
import { signConnection } from "./signature.js";

type Task<Result> = () => Promise<Result>;

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
  #signature: Promise<string> | undefined;
  #asked: Promise<unknown> = Promise.resolve();
  #told: Promise<unknown> = Promise.resolve();

  constructor(readonly connectionId: string) {}

  takeId(): number {
    return this.#nextId++;
  }

  /** Made once, so that what begins first also has it first. */
  signature(accessKey: string): Promise<string> {
    return (this.#signature ??= signConnection(this.connectionId, accessKey));
  }

  /** What the client waits for begins when what it waited for before has been answered, whatever is being told. */
  ask<Result>(task: Task<Result>): Promise<Result> {
    const result = this.#asked.then(task, task);
    this.#asked = result;
    return result;
  }

  /** What nobody waits for keeps its order too, but holds up nothing that is asked. */
  tell<Result>(task: Task<Result>): Promise<Result> {
    const result = this.#told.then(task, task);
    this.#told = result;
    return result;
  }

  /** Begins when everything else has ended. */
  tellLast<Result>(task: Task<Result>): Promise<Result> {
    return Promise.allSettled([this.#asked, this.#told]).then(task);
  }
}
