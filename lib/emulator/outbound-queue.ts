import { frameBytes, type Frame } from "./link.js";

const MAX_MESSAGES = 1_000;
const MAX_BYTES = 16_777_216;

/** How much a connection that keeps nothing has not taken yet: more than this much is too slow (client-protocol §1). */
export class OutboundQueue {
  #sizes: number[] = [];
  #bytes = 0;

  /** Counts a frame in; answers `false`, and counts nothing, when a limit would be passed. */
  add(frame: Frame): boolean {
    const bytes = frameBytes(frame);
    if (this.#sizes.length >= MAX_MESSAGES || this.#bytes + bytes > MAX_BYTES) return false;
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    return true;
  }

  /** Lets go of the oldest frames that have been taken, when so many bytes have not. */
  settle(untaken: number): void {
    let taken = 0;
    for (const bytes of this.#sizes) {
      if (this.#bytes - bytes < untaken) break;
      this.#bytes -= bytes;
      taken++;
    }
    if (taken > 0) this.#sizes = this.#sizes.slice(taken);
  }
}
