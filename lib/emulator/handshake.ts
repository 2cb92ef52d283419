import { invalidGroupName, invalidHubName } from "../protocol/names.js";
import type { Identity } from "./hub.js";
import { Query, type Values } from "./query.js";
import { readRawMode, type RawMode } from "./raw-mode.js";

/** A request to open a WebSocket, as either transport knows it. */
export interface UpgradeRequest {
  /** Path and query, as in the request line. */
  readonly target: string;
  /** Host and port as the client named them. */
  readonly host: string;
  readonly authorization?: string;
  /** The headers that an application may see. */
  readonly headers?: Values;
  /** The subprotocols offered, in the client's order. */
  readonly offered: readonly string[];
}

/** What a valid access token says (service-surface §1.2). */
export interface AccessGrant {
  readonly userId?: string;
  readonly roles: readonly string[];
  /** As in the token: possibly no names of groups at all. */
  readonly groups: readonly unknown[];
  /** Everything that the token says, as texts. */
  readonly claims: Values;
}

/** Checks a token's signature, lifetime and audience; nothing when it is not good for this hub on this host. */
export type CheckAccessToken = (token: string, host: string, hub: string) => AccessGrant | undefined;

export type Handshake =
  | { readonly type: "refused"; readonly status: number }
  | {
      readonly type: "connect";
      readonly hub: string;
      readonly identity: Identity;
      readonly rawMode: RawMode;
      readonly claims: Values;
      readonly query: Values;
    }
  | { readonly type: "recover"; readonly hub: string; readonly connectionId: string; readonly token: string };

const HUB_IN_PATH = /^\/client\/hubs\/([^/]+)\/?$/i;
const HUB_IN_QUERY = /^\/client(?:\/hubs)?\/?$/i;

const refused = (status: number): Handshake => ({ type: "refused", status });

/** Decides on a request before anything is upgraded (client-protocol §2). */
export function readHandshake(request: UpgradeRequest, checkAccessToken: CheckAccessToken): Handshake {
  const url = parseTarget(request.target);
  if (!url) return refused(400);
  const query = new Query(url.searchParams);
  const named = HUB_IN_PATH.exec(url.pathname)?.[1];
  if (named === undefined && !HUB_IN_QUERY.test(url.pathname)) return refused(404);
  const hub = named === undefined ? query.last("hub") : decode(named);
  if (hub === undefined || invalidHubName(hub) !== undefined) return refused(400);

  const connectionId = query.last("awps_connection_id");
  if (connectionId) return { type: "recover", hub, connectionId, token: query.last("awps_reconnection_token") ?? "" };

  const token = query.last("access_token") ?? bearer(request.authorization);
  const grant = token ? checkAccessToken(token, request.host, hub) : undefined;
  if (!grant) return refused(401);
  const { claims, groups, ...who } = grant;
  const rawMode = readRawMode(query);
  if (!areGroupNames(groups) || !rawMode) return refused(400);
  return { type: "connect", hub, identity: { ...who, groups }, rawMode, claims, query: query.visible };
}

function parseTarget(target: string): URL | undefined {
  // A target that begins with two slashes, or names a host, would be read as another host's URL.
  if (!target.startsWith("/") || target.startsWith("//")) return undefined;
  try {
    return new URL(target, "http://host");
  } catch {
    return undefined;
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const bearer = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];

const areGroupNames = (groups: readonly unknown[]): groups is readonly string[] =>
  groups.every((group) => invalidGroupName(group) === undefined);
