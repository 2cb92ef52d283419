import type { Payload } from "../payload.js";

/** How the content of a message is told apart on HTTP (service-surface §2). */
const dataTypes = {
  "text/plain": "text",
  "application/json": "json",
  "application/octet-stream": "binary",
} as const;

type HttpDataType = (typeof dataTypes)[keyof typeof dataTypes];

const MEDIA_TYPE =
  /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)\s*((?:;\s*[\w!#$&^.+-]+\s*=\s*(?:[\w!#$&^.+:-]+|"[^"]*")\s*)*);?\s*$/;

export interface ContentType {
  readonly dataType: HttpDataType;
  /** Of what is not in UTF-8. */
  readonly decoder: TextDecoder;
}

/** Nothing when the header is missing or malformed, or names what a message cannot be. */
export function readContentType(header: string | null): ContentType | undefined {
  const [, name = "", parameters = ""] = MEDIA_TYPE.exec(header ?? "") ?? [];
  const type = name.toLowerCase();
  if (!Object.hasOwn(dataTypes, type)) return undefined;
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(parameters)?.[1] ?? "utf-8";
  try {
    return { dataType: dataTypes[type as keyof typeof dataTypes], decoder: new TextDecoder(charset) };
  } catch {
    return undefined;
  }
}

/** The content of a message; nothing when it should be JSON and is not. JSON stays as it was written. */
export function readContent(bytes: Uint8Array, { dataType, decoder }: ContentType): Payload | undefined {
  switch (dataType) {
    case "binary":
      return { dataType, bytes: new Uint8Array(bytes).buffer };
    case "text":
      return { dataType, text: decoder.decode(bytes) };
    case "json": {
      const json = decoder.decode(bytes);
      return isJson(json) ? { dataType, json } : undefined;
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
