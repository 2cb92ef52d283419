import { decodeJsonFrame } from "./json-decoder.js";
import { MessageTemplate } from "./message-template.js";
import type { DownstreamFrame } from "./messages.js";

/** Of so many messages that are not as the template, one becomes the next: making one costs as much as reading several. */
const ONE_OF = 64;

/*
 * The latest template, and how many were not as it. All clients share it, as they have their messages from one service;
 * what a frame means does not depend on it.
 */
let template: MessageTemplate | undefined;
let others = 0;

/**
 * Reads a frame as `decodeJsonFrame` does; messages that are written alike are read faster. A browser build, which has to
 * be small, has that alone in place of this.
 */
export function decodeFrame(raw: unknown): DownstreamFrame {
  if (typeof raw !== "string") return decodeJsonFrame(raw);
  const message = template?.read(raw);
  if (message) return message;
  const frame = decodeJsonFrame(raw);
  if (frame.kind === "groupData" && frame.sequenceId !== undefined && others++ % ONE_OF === 0) {
    template = MessageTemplate.of(raw) ?? template;
  }
  return frame;
}
