import { readAnswer, type ConnectOutcome } from "../connect-handlers.js";
import type { EventOutcome } from "../event-handlers.js";
import type { Payload } from "../payload.js";
import { readContent, readContentType } from "../rest/content.js";
import { readMetadata } from "../rest/metadata-headers.js";

const MAX_BODY_BYTES = 16_777_216;
const INTERNAL_ERROR = 500;

const failure: EventOutcome = { handled: false };

/** What an application makes of a client that wants to connect (service-surface §5.1). */
export async function readConnectAnswer(response: Response, offered: readonly string[]): Promise<ConnectOutcome> {
  if (!response.ok) return { status: response.status };
  const bytes = await readBody(response);
  const answer = bytes && parseJson(new TextDecoder().decode(bytes));
  return (answer && readAnswer(answer.value, offered)) ?? { status: INTERNAL_ERROR };
}

/** What an application answers to an event of a client (service-surface §5.2). */
export async function readEventAnswer(response: Response): Promise<EventOutcome> {
  if (!response.ok) return failure;
  const bytes = await readBody(response);
  if (!bytes) return failure;
  const metadata = readMetadata(response.headers);
  if (bytes.byteLength > 0) {
    const payload = readPayload(bytes, response.headers.get("content-type"));
    return payload ? { handled: true, reply: { payload, metadata } } : failure;
  }
  return metadata ? { handled: true, reply: { payload: { dataType: "text", text: "" }, metadata } } : { handled: true };
}

function readPayload(bytes: Uint8Array, type: string | null): Payload | undefined {
  if (type === null) return { dataType: "binary", bytes: new Uint8Array(bytes).buffer };
  if (/^\s*application\/x-protobuf\s*(?:;|$)/i.test(type)) {
    return { dataType: "protobuf", bytes: new Uint8Array(bytes).buffer };
  }
  const contentType = readContentType(type);
  return contentType && readContent(bytes, contentType);
}

/** JSON whatever its type says; nothing at all is as good as `null`. What only a function in this process may say is taken out. */
function parseJson(text: string): { readonly value: unknown } | undefined {
  if (text.trim() === "") return { value: null };
  try {
    const value: unknown = JSON.parse(text);
    return { value: isObject(value) ? { ...value, reject: undefined } : value };
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Nothing when it is larger than an answer may be. */
async function readBody({ body }: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
  for (;;) {
    const { value } = (await reader?.read()) ?? {};
    if (!value) break;
    length += value.byteLength;
    if (length > MAX_BODY_BYTES) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
