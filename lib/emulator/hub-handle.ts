import type { DataType } from "../protocol/messages.js";
import { invalidMetadata, type Metadata } from "../protocol/metadata.js";
import { invalidEventName, invalidGroupName, invalidTtlSeconds } from "../protocol/names.js";
import type { ConnectHandler } from "./connect-handlers.js";
import type { EventHandler } from "./event-handlers.js";
import type { Hub } from "./hub.js";
import { encodePayload, MAX_MESSAGE_BYTES, payloadBytes } from "./payload.js";
import { Publication, type Origin } from "./publication.js";
import { isListOfStrings, isString, requireType } from "./required-type.js";
import type { UpstreamOptions } from "./upstream/upstream-options.js";

/** How the application's messages are sent. */
export interface ServerSendOptions {
  /** By default: a string is `text`, an `ArrayBuffer` or a typed array is `binary`, anything else is `json`. */
  readonly dataType?: DataType;
  /** Strings that travel with the message. */
  readonly metadata?: Metadata;
  /** Drops the copy of a receiver that could not take it within so many seconds, 0 to 300. Default 0: never. */
  readonly ttlSeconds?: number;
  /** Ids of connections that do not get it. */
  readonly excluded?: readonly string[];
}

/** One session, as it is at the moment of looking. */
export interface ConnectionInfo {
  readonly connectionId: string;
  /** Absent for an anonymous user. */
  readonly userId?: string;
  readonly groups: readonly string[];
  /** The subprotocol's name; empty for a client without one, and the chosen one for a raw client with a custom one. */
  readonly protocol: string;
  /** Whether it has a link; a dropped reliable session is kept for 30 seconds without one. */
  readonly attached: boolean;
  /** Messages kept until the client acknowledges them; with 1,000 of them the next message ends the session. */
  readonly unacknowledged: number;
}

/** A hub from the application's side. What is addressed to a connection, user or group that does not exist is dropped. */
export interface EmulatorHub {
  /** The hub's sessions, a new list at each look. */
  readonly connections: readonly ConnectionInfo[];
  /** Sends to every connection of the hub. @throws TypeError or RangeError when the message is outside the limits */
  sendToAll(data: unknown, options?: ServerSendOptions): void;
  /** Sends to every connection of a user. @throws as {@link sendToAll} */
  sendToUser(userId: string, data: unknown, options?: ServerSendOptions): void;
  /** Sends to one connection. @throws as {@link sendToAll} */
  sendToConnection(connectionId: string, data: unknown, options?: ServerSendOptions): void;
  /** Sends to every member of a group, as a group message. @throws as {@link sendToAll} */
  sendToGroup(group: string, data: unknown, options?: ServerSendOptions): void;
  /** Makes a connection a member, whatever its roles. @throws TypeError or RangeError when the name is none */
  addToGroup(connectionId: string, group: string): void;
  /** Ends a membership, whatever the connection's roles. @throws TypeError or RangeError when the name is none */
  removeFromGroup(connectionId: string, group: string): void;
  /** Ends a session: a `disconnected` frame that tells the reason, then close 1000 (client-protocol §9). */
  closeConnection(connectionId: string, reason?: string): void;
  /**
   * Answers events of a name, or of every name with `"*"`. Of several handlers that match, the first registered
   * has the event; without any, the client's ack is `InternalServerError`.
   *
   * @returns what removes the handler
   * @throws TypeError when the handler is no function or the name no string, RangeError when that is outside the limits
   */
  onEvent(name: string, handler: EventHandler): () => void;
  /**
   * Decides on every client that wants to connect to this hub, before there is a connection. Of several handlers the
   * first registered decides; without any, a client is let in as its token says. A recovery asks nobody.
   *
   * @returns what removes the handler
   * @throws TypeError when the handler is no function
   */
  onConnect(handler: ConnectHandler): () => void;
  /**
   * Lets an application behind a URL handle events, as CloudEvents (service-surface §4). Of several the first that
   * wants an event has it; handlers of {@link onConnect} and {@link onEvent} come before all of them.
   *
   * @returns what removes the application
   * @throws TypeError or RangeError when an option is wrong
   */
  upstream(options: UpstreamOptions): () => void;
}

export const hubHandle = (hub: Hub): EmulatorHub => {
  const publication = (origin: Origin, data: unknown, options: ServerSendOptions): Publication => {
    const { dataType, metadata, ttlSeconds = 0 } = options;
    if (metadata !== undefined) requireValid(invalidMetadata(metadata));
    requireValid(invalidTtlSeconds(ttlSeconds));
    const expiresAt = ttlSeconds === 0 ? Infinity : hub.scheduler.now() + ttlSeconds * 1_000;
    const payload = encodePayload(data, dataType);
    const bytes = payloadBytes(payload);
    if (bytes > MAX_MESSAGE_BYTES) {
      throw new RangeError(`a message may have ${MAX_MESSAGE_BYTES} bytes at most, this one has ${bytes}`);
    }
    return new Publication(origin, payload, metadata, expiresAt);
  };
  const excludedBy = ({ excluded = [] }: ServerSendOptions): ReadonlySet<string> => {
    requireType(isListOfStrings(excluded), "excluded", "an array of strings", excluded);
    return new Set(excluded);
  };
  const fromServer: Origin = { from: "server" };

  return {
    get connections() {
      return Array.from(hub.sessions, ({ connectionId, userId, groups, codec, attached, unacknowledged }) => ({
        connectionId,
        ...(userId !== undefined && { userId }),
        groups: [...groups],
        protocol: codec.protocol,
        attached,
        unacknowledged,
      }));
    },
    sendToAll: (data, options = {}) => hub.publishToAll(publication(fromServer, data, options), excludedBy(options)),
    sendToUser(userId, data, options = {}) {
      requireType(isString(userId), "userId", "a string", userId);
      hub.publishToUser(userId, publication(fromServer, data, options), excludedBy(options));
    },
    sendToConnection(connectionId, data, options = {}) {
      requireType(isString(connectionId), "connectionId", "a string", connectionId);
      const message = publication(fromServer, data, options);
      if (!excludedBy(options).has(connectionId)) hub.session(connectionId)?.deliver(message);
    },
    sendToGroup(group, data, options = {}) {
      requireGroupName(group);
      hub.publishToGroup(group, publication({ from: "group", group }, data, options), excludedBy(options));
    },
    addToGroup(connectionId, group) {
      requireGroupName(group);
      const session = hub.session(connectionId);
      if (session) hub.join(session, group);
    },
    removeFromGroup(connectionId, group) {
      requireGroupName(group);
      const session = hub.session(connectionId);
      if (session) hub.leave(session, group);
    },
    closeConnection(connectionId, reason) {
      const because = reason ? ` Reason: ${reason}` : "";
      hub.session(connectionId)?.disconnect(`Application server closed the connection.${because}`);
    },
    onEvent(name, handler) {
      requireType(isString(name), "name", "a string", name);
      if (name !== "*") requireValid(invalidEventName(name));
      return hub.handlers.add(name, handler);
    },
    onConnect: (handler) => hub.connectHandlers.add(handler),
    upstream: (options) => hub.upstream.add(options),
  };
};

function requireGroupName(group: string): void {
  requireType(isString(group), "group", "a string", group);
  requireValid(invalidGroupName(group));
}

function requireValid(wrong: string | undefined): void {
  if (wrong !== undefined) throw new RangeError(wrong);
}
