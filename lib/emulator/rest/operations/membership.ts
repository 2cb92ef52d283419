import { invalidGroupName } from "../../../protocol/names.js";
import { readJson } from "../body.js";
import { choose, filtered, user, type Call, type Choice } from "../call.js";
import { badRequest, requireValid, RestError } from "../rest-error.js";
import { noContent, ok, type RestRequest, type RestResponse } from "../rest-request.js";

/*
 * Memberships that the application gives and takes, whatever the client may do itself (service-surface §3.2).
 */

export function addConnection({ hub, path }: Call<"group" | "connectionId">): RestResponse {
  const connectionId = path("connectionId");
  const session = hub.session(connectionId);
  if (!session) {
    const message = `Connection \`${connectionId}\` is not found.`;
    throw new RestError(404, "Error.Connection.NotExisted", message, "Connection");
  }
  hub.join(session, path("group"));
  return ok;
}

export function removeConnection({ hub, path }: Call<"group" | "connectionId">): RestResponse {
  const session = hub.session(path("connectionId"));
  if (session) hub.leave(session, path("group"));
  return noContent;
}

export function removeConnectionFromAll({ hub, path }: Call<"connectionId">): RestResponse {
  const session = hub.session(path("connectionId"));
  for (const group of [...(session?.groups ?? [])]) session?.leave(group);
  return noContent;
}

export function addUser({ hub, path }: Call<"group" | "userId">): RestResponse {
  const sessions = choose(hub, user(path("userId")));
  if (sessions.length === 0) throw new RestError(404, "Warning.User.NotExisted", "User is not found.", "User");
  for (const session of sessions) hub.join(session, path("group"));
  return ok;
}

export function removeUser({ hub, path }: Call<"group" | "userId">): RestResponse {
  for (const session of choose(hub, user(path("userId")))) hub.leave(session, path("group"));
  return noContent;
}

export function removeUserFromAll({ hub, path }: Call<"userId">): RestResponse {
  for (const session of choose(hub, user(path("userId")))) {
    for (const group of [...session.groups]) session.leave(group);
  }
  return noContent;
}

export async function addToGroups({ hub, request }: Call): Promise<RestResponse> {
  const { groups, choice } = await readMembers(request);
  for (const session of choose(hub, choice)) for (const group of groups) session.join(group);
  return ok;
}

export async function removeFromGroups({ hub, request }: Call): Promise<RestResponse> {
  const { groups, choice } = await readMembers(request);
  for (const session of choose(hub, choice)) for (const group of groups) session.leave(group);
  return ok;
}

/** All of the body is checked before anything changes; without a filter it means every connection of the hub. */
async function readMembers(request: RestRequest): Promise<{ groups: readonly string[]; choice: Choice }> {
  const body = await readJson(request);
  if (typeof body !== "object" || body === null) throw badRequest("The body must be an object.");
  const { groups, filter = null } = body as { readonly groups?: unknown; readonly filter?: unknown };
  if (!Array.isArray(groups) || groups.length === 0) {
    throw badRequest("'groups' must be a list of one or more groups.", "groups");
  }
  for (const group of groups) requireValid(invalidGroupName(group), "groups");
  if (filter !== null && typeof filter !== "string") throw badRequest("'filter' must be a string.", "filter");
  return { groups: groups as readonly string[], choice: filtered(filter) };
}
