import type { EmulatorWebSocket } from "../../lib/emulator/index.js";
import type { ServiceTarget } from "./target.js";

export type JsonFrame = Readonly<Record<string, unknown>>;

/** The smallest WebSocket client there can be: sends what a test says, keeps what comes. */
export class RawClient {
  /** Everything received, in order: text as it is, binary as its bytes. */
  readonly received: (string | number[])[] = [];
  readonly #listeners = new Set<() => void>();
  #read = 0;
  #open = false;
  #error: string | undefined;
  #ending: string | undefined;

  constructor(
    private readonly target: ServiceTarget,
    readonly socket: EmulatorWebSocket,
    readonly url: string,
  ) {
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#note(() => (this.#open = true));
    socket.onmessage = ({ data }) =>
      this.#note(() => this.received.push(typeof data === "string" ? data : [...new Uint8Array(data as ArrayBuffer)]));
    socket.onerror = ({ message }) => this.#note(() => (this.#error = message));
    socket.onclose = ({ code, reason }) => this.#note(() => (this.#ending = `${code} ${reason}`.trim()));
  }

  get connected(): JsonFrame {
    const frame = this.received.map(json).find(({ event }) => event === "connected");
    if (!frame) throw new Error("no connected frame has come");
    return frame;
  }

  /** What was received as text, word for word. */
  get texts(): string[] {
    return this.received.filter((frame) => typeof frame === "string");
  }

  get isOver(): boolean {
    return this.#ending !== undefined;
  }

  send(...frames: (JsonFrame | string | Uint8Array)[]): void {
    for (const frame of frames) {
      this.socket.send(typeof frame === "string" || frame instanceof Uint8Array ? frame : JSON.stringify(frame));
    }
  }

  /** The next frame as it came. */
  async nextRaw(): Promise<string | number[]> {
    await this.#until("a frame", () => this.received.length > this.#read);
    return this.received[this.#read++]!;
  }

  /** The next frame, which must be JSON. */
  async next(): Promise<JsonFrame> {
    return json(await this.nextRaw());
  }

  /** Sends frames and a ping, and gives what comes before the pong: all that the frames have brought about (§3 rule 9). */
  async ask(...frames: (JsonFrame | string)[]): Promise<JsonFrame[]> {
    this.send(...frames, { type: "ping" });
    const answers: JsonFrame[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame["type"] === "pong") return answers;
      answers.push(frame);
    }
  }

  /** As {@link ask}, but messages only. */
  async messages(): Promise<JsonFrame[]> {
    return (await this.ask()).filter(({ type }) => type === "message");
  }

  async opened(): Promise<this> {
    await this.#until("the open event", () => this.#open);
    return this;
  }

  /** Close code and reason, as `"1008 The …"`. */
  async ended(): Promise<string> {
    await this.#until("the close event", () => this.isOver);
    return this.#ending!;
  }

  /**
   * What became of the attempt: `refused with …` for an HTTP status, `closed …` for a link that was opened and closed,
   * or the event of the first frame.
   */
  async outcome(): Promise<unknown> {
    await this.#until("any outcome", () => this.isOver || this.received.length > 0);
    if (this.#error !== undefined) return this.#error.replace("Unexpected server response:", "refused with");
    return this.received.length > 0 ? (await this.next())["event"] : `closed ${this.#ending!}`;
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    // What was awaited may have come before the end; after the end it will not.
    const isDecided = (): boolean => isSo() || this.isOver;
    const decided = isDecided() || (await this.target.until(isDecided, (listener) => this.#onChange(listener)));
    if (isSo()) return;
    const ending = decided ? `the socket ended (${this.#error ?? this.#ending!})` : "nothing came";
    throw new Error(`waited for ${what}, but ${ending}; received: ${this.received.join(" ") || "nothing"}`);
  }

  #onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #note(change: () => void): void {
    change();
    for (const listener of this.#listeners) listener();
  }
}

const json = (frame: string | number[]): JsonFrame => {
  if (typeof frame !== "string") throw new Error(`a text frame was awaited, not ${frame.length} bytes`);
  return JSON.parse(frame) as JsonFrame;
};
