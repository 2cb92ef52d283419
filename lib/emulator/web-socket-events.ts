/*
 * The shape of the WebSocket classes that the emulator offers, told without `lib.dom` and without `@types/ws`, and the
 * event half of the in-memory one.
 */

/** What every event of an {@link EmulatorWebSocket} has. */
export interface EmulatorSocketEvent {
  readonly type: string;
  readonly target: unknown;
}

/** A message; text is a string, binary is what `binaryType` says. */
export interface EmulatorMessageEvent extends EmulatorSocketEvent {
  readonly data: unknown;
}

/** The end of a connection. */
export interface EmulatorCloseEvent extends EmulatorSocketEvent {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** A failure to connect, in the words of `ws`; the `close` event follows. */
export interface EmulatorErrorEvent extends EmulatorSocketEvent {
  readonly message: string;
  readonly error: unknown;
}

interface SocketEventMap {
  open: EmulatorSocketEvent;
  message: EmulatorMessageEvent;
  error: EmulatorErrorEvent;
  close: EmulatorCloseEvent;
}

/** Compared as a method's parameters are, so that handlers written for the DOM's events fit. */
type Handler<Event> = { handle(event: Event): void }["handle"];

/** The part of the standard WebSocket, plus the `terminate()` of `ws`, that both transports of the emulator offer. */
export interface EmulatorWebSocket {
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;
  readonly readyState: 0 | 1 | 2 | 3;
  readonly bufferedAmount: number;
  binaryType: string;
  onopen: Handler<EmulatorSocketEvent> | null;
  onmessage: Handler<EmulatorMessageEvent> | null;
  onerror: Handler<EmulatorErrorEvent> | null;
  onclose: Handler<EmulatorCloseEvent> | null;
  addEventListener<Type extends keyof SocketEventMap>(type: Type, listener: Handler<SocketEventMap[Type]>): void;
  removeEventListener<Type extends keyof SocketEventMap>(type: Type, listener: Handler<SocketEventMap[Type]>): void;
  send(data: string | ArrayBuffer | ArrayBufferView): void;
  close(code?: number, reason?: string): void;
  /** Ends the connection at once, without a close frame. */
  terminate(): void;
}

/** A WebSocket class, as the client's option `webSocketCtor` takes it. */
export interface EmulatorWebSocketConstructor {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  new (url: string, protocols?: string | string[]): EmulatorWebSocket;
}

type Listener = ((event: EmulatorSocketEvent) => void) | { handleEvent(event: EmulatorSocketEvent): void };

/** Handlers and listeners of one socket. */
export class SocketEvents {
  onopen: Handler<EmulatorSocketEvent> | null = null;
  onmessage: Handler<EmulatorMessageEvent> | null = null;
  onerror: Handler<EmulatorErrorEvent> | null = null;
  onclose: Handler<EmulatorCloseEvent> | null = null;
  readonly #listeners = new Map<string, Map<unknown, boolean>>();

  addEventListener(type: string, listener: unknown, options?: { readonly once?: boolean } | boolean): void {
    if (!isListener(listener)) return;
    const listeners = this.#listeners.get(type) ?? new Map<unknown, boolean>();
    this.#listeners.set(type, listeners);
    if (!listeners.has(listener)) listeners.set(listener, typeof options === "object" && options.once === true);
  }

  removeEventListener(type: string, listener: unknown): void {
    this.#listeners.get(type)?.delete(listener);
  }

  /** Calls everyone; the first error of a listener is thrown on when all have been called. */
  protected emit<Type extends keyof SocketEventMap>(
    type: Type,
    fields: Omit<SocketEventMap[Type], keyof EmulatorSocketEvent>,
  ): void {
    const event = { type, target: this, currentTarget: this, ...fields };
    const errors: unknown[] = [];
    for (const call of this.#calls(type)) {
      try {
        call(event);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /** The handler first, then the listeners as they are at this moment. */
  #calls(type: keyof SocketEventMap): ((event: EmulatorSocketEvent) => void)[] {
    const handler = this[`on${type}`] as ((event: EmulatorSocketEvent) => void) | null;
    const calls = typeof handler === "function" ? [handler.bind(this)] : [];
    for (const [listener, once] of this.#listeners.get(type) ?? []) {
      if (!isListener(listener)) continue;
      if (once) this.removeEventListener(type, listener);
      calls.push(typeof listener === "function" ? listener.bind(this) : (event) => listener.handleEvent(event));
    }
    return calls;
  }
}

const isListener = (listener: unknown): listener is Listener =>
  typeof listener === "function" ||
  (typeof listener === "object" &&
    listener !== null &&
    "handleEvent" in listener &&
    typeof listener.handleEvent === "function");
