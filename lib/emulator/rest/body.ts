import { MAX_MESSAGE_BYTES, type Payload } from "../payload.js";
import { readContent, readContentType, type ContentType } from "./content.js";
import { badRequest, RestError } from "./rest-error.js";
import type { RestRequest } from "./rest-request.js";

const NOT_JSON = "The request body is not a valid JSON.";

/** Reads the message of a `:send`. @throws (as a rejection) RestError */
export async function readMessage(request: RestRequest): Promise<Payload> {
  const type = checkHead(request);
  const payload = readContent(await request.body(), type);
  if (!payload) throw badRequest(NOT_JSON);
  return payload;
}

/** Reads a body that must be JSON. @throws (as a rejection) RestError */
export async function readJson(request: RestRequest): Promise<unknown> {
  const type = checkHead(request);
  if (type.dataType !== "json") throw unsupportedMediaType();
  const payload = readContent(await request.body(), type);
  if (payload?.dataType !== "json") throw badRequest(NOT_JSON);
  return JSON.parse(payload.json);
}

/** The length is told beforehand or not at all: a body in chunks is refused (service-surface §2). */
function checkHead({ headers }: RestRequest): ContentType {
  const length = headers.get("content-length");
  if (length === null || !/^\d+$/.test(length) || Number(length) > MAX_MESSAGE_BYTES) {
    throw badRequest("Invalid Content-Length header.");
  }
  const type = readContentType(headers.get("content-type"));
  if (!type) throw unsupportedMediaType();
  return type;
}

const unsupportedMediaType = (): RestError =>
  new RestError(
    415,
    "UnsupportedMediaType",
    "The Content-Type must be text/plain, application/json or application/octet-stream, as the operation allows.",
  );
