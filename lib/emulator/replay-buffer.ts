import { MAX_UNACKNOWLEDGED_BYTES, MAX_UNACKNOWLEDGED_MESSAGES } from "./limits.js";
import { frameBytes, type Frame } from "./link.js";

interface Held {
  readonly sequenceId: number;
  readonly frame: Frame;
  readonly bytes: number;
  readonly expiresAt: number;
}

/** Numbers the messages of one reliable session and keeps each, byte by byte, until it is acknowledged (client-protocol §7). */
export class ReplayBuffer {
  // A Map keeps the order of insertion, which is the order of the ids.
  readonly #held = new Map<number, Held>();
  #bytes = 0;
  #lastId = 0;

  /** The id that the next message gets. */
  get nextId(): number {
    return this.#lastId + 1;
  }

  /** How many messages are kept. */
  get count(): number {
    return this.#held.size;
  }

  /** Keeps a frame that carries {@link nextId}; answers `false`, and keeps nothing, when a limit would be passed. */
  hold(frame: Frame, expiresAt: number): boolean {
    const bytes = frameBytes(frame);
    if (this.#held.size >= MAX_UNACKNOWLEDGED_MESSAGES || this.#bytes + bytes > MAX_UNACKNOWLEDGED_BYTES) return false;
    const sequenceId = ++this.#lastId;
    this.#held.set(sequenceId, { sequenceId, frame, bytes, expiresAt });
    this.#bytes += bytes;
    return true;
  }

  /** Lets go of everything up to an id; an id from the past or the future does no harm. */
  release(upTo: number): void {
    for (const held of this.#held.values()) {
      if (held.sequenceId > upTo) return;
      this.#drop(held);
    }
  }

  /** What a recovered link gets again, in order; what has outlived its time is dropped, so that gaps are legal. */
  replay(now: number): Pick<Held, "frame" | "expiresAt">[] {
    const frames: Held[] = [];
    for (const held of this.#held.values()) {
      if (now > held.expiresAt) this.#drop(held);
      else frames.push(held);
    }
    return frames;
  }

  #drop(held: Held): void {
    this.#held.delete(held.sequenceId);
    this.#bytes -= held.bytes;
  }
}
