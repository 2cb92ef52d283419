import { WebSocket } from "ws";
import type { WebSocketConstructor } from "./web-socket.js";

/** The WebSocket class of this platform. Node has `ws`; a browser build has its own file in place of this one. */
export const platformWebSocket = (): WebSocketConstructor => WebSocket;
