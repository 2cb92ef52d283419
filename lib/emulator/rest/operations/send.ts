import { MAX_TTL_SECONDS } from "../../../protocol/limits.js";
import type { Metadata } from "../../../protocol/metadata.js";
import { Publication, type Origin } from "../../publication.js";
import { readMessage } from "../body.js";
import { choose, filtered, notExcluded, user, member, type Call, type Choice } from "../call.js";
import { readMetadata } from "../metadata-headers.js";
import { badRequest } from "../rest-error.js";
import { accepted, type RestResponse } from "../rest-request.js";

const fromServer: Origin = { from: "server" };

export const sendToAll = (call: Call): Promise<RestResponse> => send(call, fromServer, [notExcluded(call.query)]);

export const sendToUser = (call: Call<"userId">): Promise<RestResponse> =>
  send(call, fromServer, [user(call.path("userId"))]);

export const sendToGroup = (call: Call<"group">): Promise<RestResponse> => {
  const group = call.path("group");
  return send(call, { from: "group", group }, [member(group), notExcluded(call.query)]);
};

export const sendToConnection = (call: Call<"connectionId">): Promise<RestResponse> => {
  const connectionId = call.path("connectionId");
  return send(call, fromServer, [(session) => session.connectionId === connectionId]);
};

/** Everything is checked before the body is read, and the body before anything is sent (service-surface §2). */
async function send(call: Call, origin: Origin, choices: readonly Choice[]): Promise<RestResponse> {
  const { hub, query, request, settings } = call;
  const chosen = [...choices, filtered(query.one("filter"))];
  const ttlSeconds = query.int("messageTtlSeconds", [0, MAX_TTL_SECONDS]) ?? 0;
  const metadata = metadataOf(request.headers);
  const payload = await readMessage(request);
  const expiresAt = ttlSeconds === 0 ? Infinity : settings.now() + ttlSeconds * 1_000;
  const publication = new Publication(origin, payload, metadata, expiresAt);
  for (const session of choose(hub, ...chosen)) session.deliver(publication);
  return accepted;
}

function metadataOf(headers: Headers): Metadata | undefined {
  try {
    return readMetadata(headers);
  } catch (error) {
    throw error instanceof RangeError ? badRequest(error.message) : error;
  }
}
