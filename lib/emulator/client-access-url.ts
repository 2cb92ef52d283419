import { invalidGroupName, invalidHubName } from "../protocol/names.js";
import { signAccessToken } from "./access-token.js";
import type { ServiceAddress } from "./connection-string.js";
import { isListOfStrings, isString, requireType } from "./required-type.js";

/** Who a client access URL is for, and what it allows. */
export interface ClientAccessUrlOptions {
  readonly hub: string;
  /** Default: an anonymous user. */
  readonly userId?: string;
  /** Default `webpubsub.joinLeaveGroup` and `webpubsub.sendToGroup`; `[]` allows neither (client-protocol §17). */
  readonly roles?: readonly string[];
  /** Groups that the connection is a member of from the start. Default none. */
  readonly groups?: readonly string[];
  /** For how many minutes the URL may be used to connect. Default 60. */
  readonly expiresInMinutes?: number;
}

/** To join any group and to send to any group. */
export const anyGroupRoles: readonly string[] = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"];

/**
 * A URL, token included, that a client can connect with.
 *
 * @param now epoch milliseconds
 * @throws TypeError for an option of a wrong type, RangeError when a name or the lifetime is outside the limits
 */
export function clientAccessUrl(
  { endpoint, accessKey }: ServiceAddress,
  { hub, userId, roles = anyGroupRoles, groups = [], expiresInMinutes = 60 }: ClientAccessUrlOptions,
  now: number,
): string {
  requireType(isString(hub), "hub", "a string", hub);
  requireType(typeof expiresInMinutes === "number", "expiresInMinutes", "a number", expiresInMinutes);
  requireType(userId === undefined || isString(userId), "userId", "a string", userId);
  requireType(isListOfStrings(roles), "roles", "an array of strings", roles);
  requireType(isListOfStrings(groups), "groups", "an array of strings", groups);
  for (const wrong of [invalidHubName(hub), ...groups.map(invalidGroupName)]) {
    if (wrong !== undefined) throw new RangeError(wrong);
  }
  if (!(Number.isFinite(expiresInMinutes) && expiresInMinutes > 0)) {
    throw new RangeError(`expiresInMinutes must be a number above 0, not ${expiresInMinutes}`);
  }
  const expiresAt = now + expiresInMinutes * 60_000;
  const token = signAccessToken({ endpoint, hub, userId, roles, groups, expiresAt }, accessKey);
  return `${endpoint.replace(/^http/, "ws")}/client/hubs/${encodeURIComponent(hub)}?access_token=${token}`;
}
