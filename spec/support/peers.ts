import type { ScriptedWebSocket } from "./scripted-web-socket.js";

/** How a peer that no emulator would be answers a new socket, and what else it does. */
export type Peer = (socket: ScriptedWebSocket) => void;

/** Accepts the connection and never says a word. */
export const silent: Peer = (socket) => {
  socket.open();
};

/** Never answers the upgrade. */
export const hung: Peer = () => undefined;

/** Answers the upgrade with an HTTP status, in the words of `ws`. */
export const refusing =
  (status: number): Peer =>
  (socket) => {
    failing(`Unexpected server response: ${status}`)(socket);
  };

/** Nobody there. */
export const unreachable: Peer = (socket) => {
  failing("connect ECONNREFUSED 127.0.0.1:1")(socket);
};

/** An `error` event, then a `close` event, as `ws` has it. */
export const failing =
  (message: string): Peer =>
  (socket) => {
    socket.onerror?.({ type: "error", message, error: new Error(message) } as never);
    socket.end(1006);
  };

/** Accepts the connection and closes it before a handshake. */
export const closing =
  (code: number, reason = ""): Peer =>
  (socket) => {
    socket.open();
    socket.end(code, { reason });
  };

/** Accepts the connection and shakes hands, then falls silent. */
export const welcoming =
  (connectionId: string): Peer =>
  (socket) => {
    socket.open();
    socket.connected(connectionId, `token of ${connectionId}`);
  };
