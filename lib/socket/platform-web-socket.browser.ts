import { ConnectionError } from "../errors/connection-error.js";
import type { WebSocketConstructor } from "./web-socket.js";

/**
 * The WebSocket class of this platform: the global one. It is looked up when a link opens, not on import, so that
 * server-side rendering can import and construct the client without it.
 */
export function platformWebSocket(): WebSocketConstructor {
  const { WebSocket } = globalThis as { WebSocket?: WebSocketConstructor };
  if (WebSocket === undefined) {
    throw new ConnectionError("this platform has no global WebSocket; pass one as the option webSocketCtor", {
      code: "OpenFailed",
      phase: "open",
      isRetriable: false,
    });
  }
  return WebSocket;
}
