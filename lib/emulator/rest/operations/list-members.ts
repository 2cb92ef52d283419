import { choose, member, type Call } from "../call.js";
import { badRequest } from "../rest-error.js";
import type { RestResponse } from "../rest-request.js";

const MAX_PAGE_SIZE = 200;
const MAX_TOP = 2_147_483_647;

/** A page of a group's connections, in the order of their ids, and where the next page is (service-surface §3.2). */
export function listMembers(call: Call<"group">): RestResponse {
  const { hub, query, path } = call;
  const pageSize = query.int("maxpagesize", [1, MAX_PAGE_SIZE]) ?? MAX_PAGE_SIZE;
  const top = query.int("top", [1, MAX_TOP]) ?? MAX_TOP;
  const after = readToken(query.one("continuationToken"));
  const left = choose(hub, member(path("group")), ({ connectionId }) => connectionId > after);
  left.sort((one, other) => (one.connectionId < other.connectionId ? -1 : 1));
  const page = left.slice(0, Math.min(pageSize, top));
  const last = page.at(-1);
  const more = last !== undefined && page.length < Math.min(left.length, top);
  return {
    status: 200,
    body: {
      value: page.map(({ connectionId, userId = null }) => ({ connectionId, userId })),
      nextLink: more ? nextLink(call, top - page.length, last.connectionId) : null,
    },
  };
}

function nextLink({ request, query }: Call<"group">, top: number, last: string): string {
  const next = new URL(request.target, `http://${request.host}`);
  for (const name of [...next.searchParams.keys()]) {
    if (["top", "continuationtoken"].includes(name.toLowerCase())) next.searchParams.delete(name);
  }
  if (query.one("top") !== undefined) next.searchParams.set("top", String(top));
  next.searchParams.set("continuationToken", writeToken(last));
  return next.href;
}

/** Opaque to callers: the id that the page before ended with. */
const writeToken = (connectionId: string): string => Buffer.from(`after ${connectionId}`).toString("base64url");

function readToken(token: string | undefined): string {
  if (token === undefined) return "";
  const connectionId = /^after (.+)$/.exec(Buffer.from(token, "base64url").toString())?.[1];
  if (connectionId === undefined || writeToken(connectionId) !== token) {
    throw badRequest("The continuation token is not valid.", "continuationToken");
  }
  return connectionId;
}
