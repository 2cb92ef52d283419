/*
 * A local Azure Web PubSub in this process.
 *
 * To reach it over a port:             WebPubSubEmulator.start()
 * To test in virtual time:             WebPubSubEmulator.inMemory({ scheduler })
 * To let a client in:                  emulator.clientAccessUrl({ hub: "chat", userId: "ann" })
 * To send, answer events, look inside: emulator.hub("chat")
 * To decide who gets in:               emulator.hub("chat").onConnect(…)
 * To have events handled by HTTP:      emulator.hub("chat").upstream({ url })
 * To make trouble:                     emulator.faults
 */
export { WebPubSubEmulator, type PortEmulatorOptions } from "./emulator.js";
export type { InMemoryWebPubSubEmulator } from "./in-memory-emulator.js";
export type { ClientAccessUrlOptions } from "./client-access-url.js";
export type { EmulatorBase } from "./emulator-base.js";
export type { EmulatorOptions } from "./emulator-core.js";
export type { ConnectionInfo, EmulatorHub, ServerSendOptions } from "./hub-handle.js";
export type { ConnectAnswer, ConnectHandler, ConnectRequest } from "./connect-handlers.js";
export type { ClientEvent, EventHandler } from "./event-handlers.js";
export { EventReply, type EventReplyOptions } from "./event-reply.js";
export type { EmulatorFaults } from "./faults.js";
export type { PresenceEvent, SystemEvent, UpstreamOptions } from "./upstream/upstream-options.js";
export type {
  EmulatorCloseEvent,
  EmulatorErrorEvent,
  EmulatorMessageEvent,
  EmulatorSocketEvent,
  EmulatorWebSocket,
  EmulatorWebSocketConstructor,
} from "./web-socket-events.js";
export type { DataType, MessageData } from "../protocol/messages.js";
export type { Metadata } from "../protocol/metadata.js";
