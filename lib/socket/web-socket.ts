/*
 * A WebSocket class as the client uses it, typed by structure: the platform's own, `ws`, and the emulator's in-memory
 * one all fit, and our types compile without lib.dom.
 */

/** As much of a WebSocket as the client uses; the members are those of the WHATWG standard. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** A standard WebSocket class. A `terminate()` method, as `ws` has it, is used where it exists. */
export type WebSocketConstructor = new (url: string, protocols?: string | string[]) => WebSocketLike;
