import type { Metadata } from "./metadata.js";

/** How the payload of a message is to be read (client-protocol §12). */
export type DataType = "text" | "json" | "binary" | "protobuf";

/** A payload, told apart by its `dataType`. */
export type MessageData =
  | { readonly dataType: "text"; readonly data: string }
  | { readonly dataType: "json"; readonly data: unknown }
  /** `protobuf`: the bytes of a serialised `google.protobuf.Any`. */
  | { readonly dataType: "binary" | "protobuf"; readonly data: ArrayBuffer };

/** Marks a message as one fragment of a group stream (client-protocol §13.6). */
export interface StreamInfo {
  /** The stream that it belongs to. */
  readonly streamId: string;
  /** Its position in the stream. */
  readonly streamSequenceId: number;
  /** Whether the stream ends with it. */
  readonly endOfStream?: boolean;
  /** Why the stream ended, if not as planned. */
  readonly error?: { readonly name: string; readonly message?: string; readonly userErrorCode?: string };
}

interface MessageBase {
  /** Position in the session, from 1; only on reliable subprotocols. */
  readonly sequenceId?: number;
  /** What the sender attached, if anything. */
  readonly metadata?: Metadata;
}

/** A message published to a group that this connection is a member of. */
export type GroupDataMessage = MessageBase & {
  readonly kind: "groupData";
  /** The group's name. */
  readonly group: string;
  /** The user who published it; absent for anonymous users and for the server. */
  readonly fromUserId?: string;
  /** Present on fragments of a group stream only. */
  readonly stream?: StreamInfo;
} & MessageData;

/** A message that the application server sent to this connection. */
export type ServerDataMessage = MessageBase & { readonly kind: "serverData" } & MessageData;

/** The service's own words for a failed operation; `name` is one of an open set (client-protocol §19). */
export interface ServiceError {
  /** Such as `Forbidden`; one of an open set. */
  readonly name: string;
  /** For people. */
  readonly message: string;
}

/** The service's answer to an operation that carried an `ackId` (client-protocol §6). */
export interface AckFrame {
  readonly kind: "ack";
  readonly ackId: number;
  readonly success: boolean;
  readonly error?: ServiceError;
}

/** The first frame of a new session, sometimes repeated after a recovery (client-protocol §5.1). */
export interface ConnectedFrame {
  readonly kind: "connected";
  readonly connectionId: string;
  readonly userId?: string;
  readonly reconnectionToken?: string;
}

/** Comes before a close that the service means (client-protocol §5.2). */
export interface DisconnectedFrame {
  readonly kind: "disconnected";
  readonly message?: string;
}

export interface PongFrame {
  readonly kind: "pong";
}

/** A frame of a kind that this version does not know: to be ignored, but acknowledged if it has a `sequenceId`. */
export interface UnknownFrame {
  readonly kind: "unknown";
  readonly sequenceId?: number;
}

/** A frame that breaks the protocol; `reason` says how. */
export interface MalformedFrame {
  readonly kind: "malformed";
  readonly reason: string;
  readonly frame: string;
  readonly sequenceId?: number;
}

/** Everything that a frame from the service can turn out to be. Decoding never throws. */
export type DownstreamFrame =
  | GroupDataMessage
  | ServerDataMessage
  | AckFrame
  | ConnectedFrame
  | DisconnectedFrame
  | PongFrame
  | UnknownFrame
  | MalformedFrame;
