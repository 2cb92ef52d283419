import type { Socket } from "node:net";

const FIN_TEXT = 0x81;
const MAX_HEADER = 4;

/**
 * WebSocket text frames put together by hand and written in one go: `ws` would write each by itself, and what is to be
 * measured is the client, not this service. ASCII only, up to 64 kB a frame.
 */
export class FrameBatch {
  readonly #buffer = Buffer.allocUnsafe(0x40000);
  #length = 0;

  get isFull(): boolean {
    return this.#length > 0x10000;
  }

  add(text: string): void {
    const { length } = text;
    if (length > 0xffff || this.#length + MAX_HEADER + length > this.#buffer.length) throw new RangeError("too long");
    const buffer = this.#buffer;
    buffer[this.#length++] = FIN_TEXT;
    if (length < 126) {
      buffer[this.#length++] = length;
    } else {
      buffer[this.#length++] = 126;
      buffer[this.#length++] = length >> 8;
      buffer[this.#length++] = length & 0xff;
    }
    this.#length += buffer.write(text, this.#length, "latin1");
  }

  /** Writes what there is; false when the socket wants a pause. */
  flush(socket: Socket): boolean {
    if (this.#length === 0 || !socket.writable) return true;
    const bytes = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return socket.write(bytes);
  }
}
