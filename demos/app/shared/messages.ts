/** What somebody says in a room. */
export interface ChatMessage {
  readonly id: string;
  readonly text: string;
}

/** What somebody has said, as the server has heard it. */
export interface KeptMessage extends ChatMessage {
  readonly from: string;
}

/** What the server tells a room. */
export type Announcement =
  | { readonly kind: "people"; readonly people: readonly string[] }
  | { readonly kind: "typing"; readonly userId: string };

export const faultNames = ["cut", "freeze", "lose", "refuse"] as const;
export type FaultName = (typeof faultNames)[number];

/** What a page is told of the service: where it is, and whether it makes trouble on demand. */
export interface ServiceInfo {
  readonly name: string;
  readonly faults: boolean;
}

const MAX_ID_LENGTH = 36;
export const MAX_TEXT_LENGTH = 1_000;

/** A message out of data that came from anywhere, or nothing if it is none. */
export function toChatMessage(data: unknown): ChatMessage | undefined {
  if (!isRecord(data)) return undefined;
  const { id, text } = data;
  return isText(id, MAX_ID_LENGTH) && isText(text, MAX_TEXT_LENGTH) ? { id, text } : undefined;
}

/** An announcement out of data that came from the server, or nothing if it is none. */
export function toAnnouncement(data: unknown): Announcement | undefined {
  if (!isRecord(data)) return undefined;
  const { kind, people, userId } = data;
  if (kind === "people" && Array.isArray(people)) return { kind, people: people.map(String) };
  return kind === "typing" && typeof userId === "string" ? { kind, userId } : undefined;
}

const isRecord = (data: unknown): data is Readonly<Record<string, unknown>> =>
  typeof data === "object" && data !== null;

const isText = (value: unknown, maxLength: number): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= maxLength;
