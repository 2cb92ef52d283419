import { utf8Length } from "../protocol/bytes.js";

/** One WebSocket message: text as a string, binary as bytes. */
export type Frame = string | Uint8Array;

/** How many bytes a frame has on the wire, its header not counted. */
export const frameBytes = (frame: Frame): number => (typeof frame === "string" ? utf8Length(frame) : frame.byteLength);

/** One socket, as the hub's rules see it. A transport implements it; none of its methods may throw. */
export interface Link {
  send(frame: Frame): void;
  /** Bytes that were sent and that the network has not taken yet. */
  readonly backlog: number;
  /** Ends the link with a close frame. */
  close(code: number, reason: string): void;
  /** Ends the link without a close frame: the client sees 1006. */
  abort(): void;
}

/** What a transport tells the hub's rules about its link. */
export interface LinkEvents {
  frame(frame: Frame): void;
  /**
   * The link has ended.
   *
   * @param code the client's close code; 1005 when its close frame had none, 1006 when there was no close frame
   * @param reason the text of the client's close frame
   * @param endedBy `"service"` when the transport itself refused what the client sent
   */
  closed(code: number, endedBy?: "client" | "service", reason?: string): void;
}
