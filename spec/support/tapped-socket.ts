import type {
  EmulatorCloseEvent,
  EmulatorMessageEvent,
  EmulatorWebSocket,
  EmulatorWebSocketConstructor,
} from "../../lib/emulator/index.js";
import type { WebSocketLike } from "../../lib/socket/web-socket.js";

type FrameObject = Readonly<Record<string, unknown>>;

/** A socket of the emulator that writes down what passes, and that can be frozen: then nothing passes, either way. */
export class TappedSocket implements WebSocketLike {
  /** What the client sent. */
  readonly sent: FrameObject[] = [];
  /** What came for the client. */
  readonly received: FrameObject[] = [];
  /** How it ended. */
  ending: { readonly code: number; readonly reason: string } | undefined;
  onopen: ((event: never) => unknown) | null = null;
  onmessage: ((event: never) => unknown) | null = null;
  onerror: ((event: never) => unknown) | null = null;
  onclose: ((event: never) => unknown) | null = null;
  readonly #socket: EmulatorWebSocket;
  #isFrozen = false;
  #closing = false;

  constructor(ctor: EmulatorWebSocketConstructor, url: string, protocols?: string | string[]) {
    const socket = (this.#socket = new ctor(url, protocols));
    socket.onopen = (event) => this.#pass(() => this.onopen?.(event as never));
    socket.onerror = (event) => this.#pass(() => this.onerror?.(event as never));
    socket.onmessage = (event: EmulatorMessageEvent) =>
      this.#pass(() => {
        this.received.push(readable(String(event.data)));
        this.onmessage?.(event as never);
      });
    socket.onclose = (event: EmulatorCloseEvent) =>
      this.#pass(() => {
        this.ending = { code: event.code, reason: event.reason };
        this.onclose?.(event as never);
      });
  }

  get url(): string {
    return this.#socket.url;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  get readyState(): number {
    return this.#isFrozen && this.#closing ? 2 : this.#socket.readyState;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  get binaryType(): string {
    return this.#socket.binaryType;
  }

  set binaryType(type: string) {
    this.#socket.binaryType = type;
  }

  /** The network is gone, and nobody has noticed yet. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** A frame that no service would send. */
  inject(data: string): void {
    this.onmessage?.({ data } as never);
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data) as FrameObject);
    if (!this.#isFrozen) this.#socket.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#closing = true;
    if (!this.#isFrozen) this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #pass(event: () => void): void {
    if (!this.#isFrozen) event();
  }
}

/** A frame, or what is left of one that a fault has broken. */
function readable(text: string): FrameObject {
  try {
    return JSON.parse(text) as FrameObject;
  } catch {
    return { broken: text };
  }
}
