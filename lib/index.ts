export { WebPubSubClient } from "./client/client.js";
export type {
  ReconnectRetryOptions,
  RetryOptions,
  SequenceAckOptions,
  WebPubSubClientOptions,
} from "./client/client-options.js";
export type { MembershipCommandOptions, SendEventOptions, SendToGroupOptions } from "./client/command-options.js";
export type { GroupOptions, WebPubSubGroup } from "./client/group.js";
export type { SessionIdentity, StartOptions } from "./client/when-ready.js";

export type { ConnectionState, StopReason } from "./session/connection-state.js";
export type { Joined } from "./session/group-record.js";
export type {
  AckMessage,
  Connected,
  Disconnected,
  Gap,
  Recovered,
  RejoinGroupFailed,
  Stopped,
} from "./session/notices.js";
export type { CommandResult, WhenOffline } from "./session/operation.js";
export type { ShouldRetry } from "./session/should-retry.js";

export type { AbortSignalLike } from "./socket/abort-signal.js";
export type { AccessContext, AccessUrlProvider, ClientAccess } from "./socket/access.js";
export type { WebSocketConstructor, WebSocketLike } from "./socket/web-socket.js";

export type {
  DataType,
  GroupDataMessage,
  MessageData,
  ServerDataMessage,
  ServiceError,
  StreamInfo,
} from "./protocol/messages.js";
export type { Metadata } from "./protocol/metadata.js";
export type { SubprotocolName } from "./protocol/subprotocols.js";

export {
  ClientStoppedError,
  ConnectionError,
  ProtocolError,
  QueueOverflowError,
  SendMessageError,
  TimeoutError,
  WebPubSubError,
  type ConnectionCause,
  type ConnectionErrorCode,
  type ConnectionPhase,
  type SendMessageErrorCode,
  type TimeoutErrorCode,
  type TimeoutOption,
} from "./errors/index.js";
