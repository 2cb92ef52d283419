import type { Call } from "./call.js";
import * as close from "./operations/close.js";
import * as existence from "./operations/existence.js";
import { generateToken } from "./operations/generate-token.js";
import { listMembers } from "./operations/list-members.js";
import * as membership from "./operations/membership.js";
import * as permissions from "./operations/permissions.js";
import * as send from "./operations/send.js";
import { matchPath, type NamesIn } from "./path.js";
import type { RestResponse } from "./rest-request.js";

type Answer = RestResponse | Promise<RestResponse>;

/** One operation of the table in service-surface §3.1, in its order. */
export interface Route {
  readonly method: string;
  readonly template: string;
  readonly run: (call: Call<string>) => Answer;
}

/** The operation may ask only for names that its template has. */
const route = <Template extends string>(
  method: string,
  template: Template,
  run: (call: Call<NamesIn<Template>>) => Answer,
): Route => ({ method, template, run });

const PERMISSION = "/api/hubs/{hub}/permissions/{permission}/connections/{connectionId}";

// Number 1, the health of the service, needs neither hub nor token and is answered before these.
const routes: readonly Route[] = [
  route("POST", "/api/hubs/{hub}/:generateToken", generateToken),
  route("POST", "/api/hubs/{hub}/:send", send.sendToAll),
  route("POST", "/api/hubs/{hub}/:closeConnections", close.closeAll),
  route("POST", "/api/hubs/{hub}/:addToGroups", membership.addToGroups),
  route("POST", "/api/hubs/{hub}/:removeFromGroups", membership.removeFromGroups),
  route("HEAD", "/api/hubs/{hub}/connections/{connectionId}", existence.connectionExists),
  route("DELETE", "/api/hubs/{hub}/connections/{connectionId}", close.closeConnection),
  route("POST", "/api/hubs/{hub}/connections/{connectionId}/:send", send.sendToConnection),
  route("DELETE", "/api/hubs/{hub}/connections/{connectionId}/groups", membership.removeConnectionFromAll),
  route("HEAD", "/api/hubs/{hub}/groups/{group}", existence.groupExists),
  route("POST", "/api/hubs/{hub}/groups/{group}/:send", send.sendToGroup),
  route("POST", "/api/hubs/{hub}/groups/{group}/:closeConnections", close.closeGroup),
  route("GET", "/api/hubs/{hub}/groups/{group}/connections", listMembers),
  route("PUT", "/api/hubs/{hub}/groups/{group}/connections/{connectionId}", membership.addConnection),
  route("DELETE", "/api/hubs/{hub}/groups/{group}/connections/{connectionId}", membership.removeConnection),
  route("HEAD", "/api/hubs/{hub}/users/{userId}", existence.userExists),
  route("POST", "/api/hubs/{hub}/users/{userId}/:send", send.sendToUser),
  route("POST", "/api/hubs/{hub}/users/{userId}/:closeConnections", close.closeUser),
  route("PUT", "/api/hubs/{hub}/users/{userId}/groups/{group}", membership.addUser),
  route("DELETE", "/api/hubs/{hub}/users/{userId}/groups/{group}", membership.removeUser),
  route("DELETE", "/api/hubs/{hub}/users/{userId}/groups", membership.removeUserFromAll),
  route("PUT", PERMISSION, permissions.grantPermission),
  route("DELETE", PERMISSION, permissions.revokePermission),
  route("HEAD", PERMISSION, permissions.checkPermission),
];

/** The operation of a request, with what its path says. */
export function findRoute(
  method: string,
  segments: readonly string[],
): { readonly run: Route["run"]; readonly values: ReadonlyMap<string, string> } | undefined {
  for (const { method: wanted, template, run } of routes) {
    const values = wanted === method ? matchPath(template, segments) : undefined;
    if (values) return { run, values };
  }
  return undefined;
}
