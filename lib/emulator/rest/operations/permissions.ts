import type { PermissionName } from "../../permissions.js";
import type { Session } from "../../session.js";
import type { Call } from "../call.js";
import { badRequest, RestError } from "../rest-error.js";
import { noContent, ok, type RestResponse } from "../rest-request.js";

type PermissionCall = Call<"permission" | "connectionId">;

/*
 * Permissions of one connection for one group, literally: `*` is no pattern here (service-surface §3.3).
 */

export function grantPermission(call: PermissionCall): RestResponse {
  const { session, permission, group } = readRule(call);
  if (!session) throw notFound("Connection is not found.");
  if (!session.permissions[permission].grant(group)) throw tooMany();
  return ok;
}

export function revokePermission(call: PermissionCall): RestResponse {
  const { session, permission, group } = readRule(call);
  if (session && !session.permissions[permission].revoke(group)) throw tooMany();
  return noContent;
}

export function checkPermission(call: PermissionCall): RestResponse {
  const { session, permission, group } = readRule(call);
  if (!session?.permissions[permission].allows(group)) throw notFound("The permission is not held.");
  return ok;
}

// The enumerations of the server SDKs number them.
const permissions: Readonly<Record<string, PermissionName>> = {
  sendtogroup: "sendToGroup",
  "1": "sendToGroup",
  joinleavegroup: "joinLeaveGroup",
  "2": "joinLeaveGroup",
};

function readRule({ hub, query, path }: PermissionCall): {
  readonly session: Session | undefined;
  readonly permission: PermissionName;
  readonly group: string;
} {
  const name = path("permission").toLowerCase();
  const permission = Object.hasOwn(permissions, name) ? permissions[name] : undefined;
  if (!permission) throw badRequest("The permission must be 'sendToGroup' or 'joinLeaveGroup'.", "permission");
  const group = query.one("targetName");
  if (group === undefined || group.trim() === "") throw badRequest("'targetName' must name a group.", "targetName");
  return { session: hub.session(path("connectionId")), permission, group };
}

const notFound = (message: string): RestError =>
  new RestError(404, "Info.Connection.NotExisted", message, "Connection");

const tooMany = (): RestError =>
  new RestError(409, "Error.Connection.Conflict", "The connection has too many permission rules.", "Connection");
