import type { SchedulerLike } from "rxjs";
import { utf8Length } from "../protocol/bytes.js";
import * as closeCode from "../protocol/close-codes.js";
import type { Frame, Link, LinkEvents } from "./link.js";
import type { Admission } from "./service.js";
import type { UpgradeRequest } from "./handshake.js";
import { SocketEvents, type EmulatorWebSocket, type EmulatorWebSocketConstructor } from "./web-socket-events.js";

/** What an in-memory socket is connected to. */
export interface MemoryNetwork {
  readonly scheduler: SchedulerLike;
  admit(request: UpgradeRequest): Admission | Promise<Admission>;
}

/** A standard WebSocket class whose other end is a service in this process. */
export const memoryWebSocketClass = (network: MemoryNetwork): EmulatorWebSocketConstructor =>
  class InMemoryWebSocket extends MemoryWebSocket {
    constructor(url: string, protocols: string | readonly string[] = []) {
      super(network, url, typeof protocols === "string" ? [protocols] : protocols);
    }
  };

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Everything that passes between the two ends is a scheduler action of its own, one queue for both directions: so
 * nothing happens inside `send()`, `close()` or the constructor, what happens keeps its order, and a virtual scheduler
 * drives it all.
 */
class MemoryWebSocket extends SocketEvents implements EmulatorWebSocket {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSING = CLOSING;
  static readonly CLOSED = CLOSED;
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSING = CLOSING;
  readonly CLOSED = CLOSED;

  readonly url: string;
  readonly extensions = "";
  binaryType = "blob";
  readonly #steps: (() => void)[] = [];
  #service: LinkEvents | undefined;
  #protocol = "";
  #readyState: 0 | 1 | 2 | 3 = CONNECTING;
  #bufferedAmount = 0;

  constructor(
    private readonly network: MemoryNetwork,
    url: string,
    offered: readonly string[],
  ) {
    super();
    const parsed = parseUrl(url);
    if (offered.some((name) => !TOKEN.test(name)) || new Set(offered).size < offered.length) {
      throw new DOMException("The subprotocols must be different tokens", "SyntaxError");
    }
    this.url = parsed.href;
    this.#next(() => this.#connect(parsed, offered));
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#readyState;
  }

  get protocol(): string {
    return this.#protocol;
  }

  get bufferedAmount(): number {
    return this.#bufferedAmount;
  }

  send(data: string | ArrayBuffer | ArrayBufferView): void {
    if (this.#readyState === CONNECTING) {
      throw new DOMException("The WebSocket is not open yet", "InvalidStateError");
    }
    const frame = toFrame(data);
    const bytes = typeof frame === "string" ? utf8Length(frame) : frame.byteLength;
    this.#bufferedAmount += bytes;
    // As the standard has it: what is sent too late is counted and lost.
    if (this.#readyState !== OPEN) return;
    this.#next(() => {
      this.#bufferedAmount -= bytes;
      this.#service?.frame(frame);
    });
  }

  close(code?: number, reason = ""): void {
    if (code !== undefined && code !== closeCode.normal && !(code >= 3000 && code <= 4999)) {
      throw new DOMException(`The close code must be 1000 or from 3000 to 4999, not ${code}`, "InvalidAccessError");
    }
    if (utf8Length(reason) > closeCode.MAX_REASON_BYTES) {
      throw new DOMException(`The close reason may have ${closeCode.MAX_REASON_BYTES} bytes at most`, "SyntaxError");
    }
    this.#leave(code ?? closeCode.noStatus, reason, true);
  }

  /** As in `ws`: ends the connection without a close frame. */
  terminate(): void {
    this.#leave(closeCode.abnormal, "", false);
  }

  #connect(url: URL, offered: readonly string[]): void {
    if (this.#readyState !== CONNECTING) return;
    const admission = this.network.admit({ target: url.pathname + url.search, host: url.host, offered });
    if (admission instanceof Promise) void admission.then((late) => this.#next(() => this.#answer(late, offered)));
    else this.#answer(admission, offered);
  }

  #answer(admission: Admission, offered: readonly string[]): void {
    if ("status" in admission) {
      if (this.#readyState === CONNECTING) this.#fail(`Unexpected server response: ${admission.status}`);
      return;
    }
    if (this.#readyState !== CONNECTING) {
      admission.abandon();
      return;
    }
    if (offered.length > 0 && admission.subprotocol === undefined) {
      admission.abandon();
      this.#fail("Server sent no subprotocol");
      return;
    }
    this.#next(() => {
      if (this.#readyState !== CONNECTING) return;
      this.#protocol = admission.subprotocol ?? "";
      this.#readyState = OPEN;
      this.emit("open", {});
    });
    this.#service = admission.open(this.#link());
  }

  /** The service's end of this socket. */
  #link(): Link {
    return {
      // The scheduler takes everything at once.
      backlog: 0,
      send: (frame) => this.#next(() => this.#receive(frame)),
      close: (code, reason) => this.#next(() => this.#end(code, reason, true)),
      abort: () => this.#next(() => this.#end(closeCode.abnormal, "", false)),
    };
  }

  #receive(frame: Frame): void {
    if (this.#readyState !== OPEN) return;
    this.emit("message", { data: typeof frame === "string" ? frame : this.#binary(frame) });
  }

  #binary(bytes: Uint8Array): unknown {
    const copy = new Uint8Array(bytes);
    return this.binaryType === "arraybuffer" ? copy.buffer : new Blob([copy]);
  }

  /** The client's own ending: the service hears of it after everything that was sent before. */
  #leave(code: number, reason: string, wasClean: boolean): void {
    if (this.#readyState === CONNECTING) {
      this.#fail("WebSocket was closed before the connection was established");
      return;
    }
    // A closing handshake under way can still be cut short, but not begun twice.
    if (this.#readyState === CLOSED || (this.#readyState === CLOSING && wasClean)) return;
    this.#readyState = CLOSING;
    this.#next(() => {
      this.#service?.closed(code, "client", reason);
      this.#next(() => this.#end(code, reason, wasClean));
    });
  }

  #fail(message: string): void {
    this.#readyState = CLOSING;
    this.#next(() => {
      // The service may have opened its end already.
      this.#service?.closed(closeCode.abnormal);
      this.emit("error", { message, error: new Error(message) });
    });
    this.#next(() => this.#end(closeCode.abnormal, "", false));
  }

  #end(code: number, reason: string, wasClean: boolean): void {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    this.emit("close", { code, reason, wasClean });
  }

  /** Actions are interchangeable, steps are not: the order is this queue's, whatever the scheduler makes of equal times. */
  #next(step: () => void): void {
    this.#steps.push(step);
    this.network.scheduler.schedule(() => this.#steps.shift()?.(), 0);
  }
}

function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new DOMException("The URL of a WebSocket must be absolute", "SyntaxError");
  }
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  if (url.protocol !== "ws:" && url.protocol !== "wss:") {
    throw new DOMException(`The URL of a WebSocket must begin with ws: or wss:, not ${url.protocol}`, "SyntaxError");
  }
  if (url.hash !== "") throw new DOMException("The URL of a WebSocket must have no fragment", "SyntaxError");
  return url;
}

function toFrame(data: string | ArrayBuffer | ArrayBufferView): Frame {
  if (typeof data === "string") return data;
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }
  return new Uint8Array(data).slice();
}
