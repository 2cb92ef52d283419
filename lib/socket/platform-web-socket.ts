import { WebSocket } from "ws";
import type { WebSocketConstructor, WebSocketLike } from "./web-socket.js";

/** A TCP socket that can gather what is written. */
interface Corkable {
  cork(): void;
  uncork(): void;
}

type Listener<Event> = ((event: Event) => unknown) | null;

const REPLACEMENT = "\uFFFD";
const INVALID_PAYLOAD = 1007;
const NO_CLOSE_FRAME = 1006;
const ENDED = Promise.resolve();
/** So many frames go together at most: the peer is to begin while the others are made. */
const TOGETHER = 32;

/**
 * `ws` as a standard WebSocket, made for many small messages:
 *
 * - Frames that are sent in one moment go to the network together. By itself `ws` makes a system call for each, which is
 *   half of what a small message costs.
 * - A message comes without an event object of `ws`, and is checked for broken UTF-8 only if decoding it left a trace.
 */
class NodeWebSocket implements WebSocketLike {
  onopen: Listener<object> = null;
  onmessage: Listener<{ readonly data: string | ArrayBuffer }> = null;
  onerror: Listener<{ readonly error: Error; readonly message: string }> = null;
  onclose: Listener<{ readonly code: number; readonly reason: string; readonly wasClean: boolean }> = null;
  readonly #ws: WebSocket;
  #tcp: Corkable | undefined;
  /** Frames sent in this moment. */
  #sent = 0;

  constructor(url: string, protocols?: string | string[]) {
    this.#ws = new WebSocket(url, protocols, { skipUTF8Validation: true })
      .once("upgrade", ({ socket }: { readonly socket: Corkable }) => (this.#tcp = socket))
      .once("open", () => this.onopen?.({}))
      .on("message", (data: Buffer | ArrayBuffer) => this.#receive(data))
      .on("error", (error) => this.onerror?.({ error, message: error.message }))
      // It comes once, too; but until then `once` would keep another function.
      .on("close", (code, reason) =>
        this.onclose?.({ code, reason: reason.toString(), wasClean: code !== NO_CLOSE_FRAME }),
      );
    this.#ws.binaryType = "arraybuffer";
  }

  get readyState(): number {
    return this.#ws.readyState;
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  get binaryType(): string {
    return this.#ws.binaryType;
  }

  set binaryType(type: string) {
    if (type !== "arraybuffer") throw new TypeError(`binaryType must be "arraybuffer", got ${JSON.stringify(type)}`);
  }

  send(data: string): void {
    if (this.#sent === 0) {
      this.#tcp?.cork();
      // The moment ends when what runs now has come to its end, such as the handling of all frames that came together. A
      // promise tells, rather than queueMicrotask: fake timers in a test do not stop it.
      void ENDED.then(() => this.#endMoment());
    } else if (this.#sent % TOGETHER === 0) {
      this.#tcp?.uncork();
      this.#tcp?.cork();
    }
    this.#sent++;
    this.#ws.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#ws.close(code, reason);
  }

  /** Ends the connection without a closing handshake. */
  terminate(): void {
    this.#ws.terminate();
  }

  #receive(data: Buffer | ArrayBuffer): void {
    if (data instanceof ArrayBuffer) {
      this.onmessage?.({ data });
      return;
    }
    const text = data.toString();
    // What is no UTF-8 is decoded to this character, which a text may also hold by itself.
    if (text.includes(REPLACEMENT) && !isUtf8(data)) this.close(INVALID_PAYLOAD, "invalid UTF-8");
    else this.onmessage?.({ data: text });
  }

  #endMoment(): void {
    this.#sent = 0;
    this.#tcp?.uncork();
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The WebSocket class of this platform. Node has `ws`; a browser build has its own file in place of this one. */
export const platformWebSocket = (): WebSocketConstructor => NodeWebSocket;
