import type { GroupDataMessage, MessageData, ServerDataMessage } from "../../index.js";
import type { Styles } from "./styles.js";
import { visible } from "./visible.js";

export type Message = GroupDataMessage | ServerDataMessage;

/** How messages are written: one line each. */
export type MessageFormat = (message: Message, now: number) => string;

const SHOWN_BYTES = 16;

/** For people: time, group and user, data. */
export const messageForReading =
  ({ faint, good }: Styles): MessageFormat =>
  (message, now) => {
    const time = new Date(now).toTimeString().slice(0, 8);
    const { metadata = {} } = message;
    const notes = Object.entries(metadata).map(([key, value]) => ` ${faint(visible(`${key}=${value}`))}`);
    return `${faint(time)} ${good(visible(origin(message)))}: ${content(message)}${notes.join("")}`;
  };

const origin = (message: Message): string =>
  message.kind === "serverData" ? "(server)" : [message.group, message.fromUserId].filter(Boolean).join(" ");

function content(message: MessageData): string {
  switch (message.dataType) {
    case "text":
      return visible(message.data);
    case "json":
      return visible(JSON.stringify(message.data));
    case "binary":
    case "protobuf":
      return bytes(message.dataType, message.data);
  }
}

function bytes(dataType: string, data: ArrayBuffer): string {
  const shown = Array.from(new Uint8Array(data.slice(0, SHOWN_BYTES)), (byte) => byte.toString(16).padStart(2, "0"));
  const more = data.byteLength > SHOWN_BYTES ? ["…"] : [];
  return `<${dataType}, ${data.byteLength} bytes${[":", ...shown, ...more].join(" ").replace(/^:$/, "")}>`;
}

/** For programs: a JSON object, with bytes as base64. */
export const messageForPrograms: MessageFormat = (message, now) => {
  const { kind, data, ...fields } = message;
  const plain = data instanceof ArrayBuffer ? Buffer.from(data).toString("base64") : data;
  const from = kind === "serverData" ? "server" : "group";
  return visible(JSON.stringify({ time: new Date(now).toISOString(), from, ...fields, data: plain }));
};
