import type { AccessGrant } from "./handshake.js";
import { signToken, verifyToken } from "./json-web-token.js";

const CLOCK_SKEW_SECONDS = 300;

/** What an access token is to say (service-surface §1.2). */
export interface AccessTokenContent {
  /** The service's address, `http://host:port`. */
  readonly endpoint: string;
  readonly hub: string;
  readonly userId?: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export const signAccessToken = (content: AccessTokenContent, key: string): string =>
  signToken(
    {
      aud: `${content.endpoint}/client/hubs/${encodeURIComponent(content.hub)}`,
      exp: Math.floor(content.expiresAt / 1_000),
      // An empty user id is an anonymous user.
      ...(content.userId && { sub: content.userId }),
      ...(content.roles.length > 0 && { role: content.roles }),
      ...(content.groups.length > 0 && { "webpubsub.group": content.groups }),
    },
    key,
  );

/** Checks signature, lifetime and audience; the audience is this hub on the host that the request named. */
export function checkAccessToken(
  token: string,
  key: string,
  request: { readonly host: string; readonly hub: string; readonly now: number },
): AccessGrant | undefined {
  const claims = verifyToken(token, key, request.now, CLOCK_SKEW_SECONDS);
  if (!claims || !many(claims["aud"]).some((audience) => isFor(audience, request))) return undefined;
  const userId = claims["sub"];
  if (userId !== undefined && typeof userId !== "string") return undefined;
  return {
    ...(userId && { userId }),
    roles: many(claims["role"]).filter((role) => typeof role === "string"),
    groups: many(claims["webpubsub.group"]),
    claims: Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, many(value).map(textOf)])),
  };
}

function isFor(audience: unknown, { host, hub }: { readonly host: string; readonly hub: string }): boolean {
  if (typeof audience !== "string") return false;
  const place = audience.toLowerCase().replace(/^https:/, "http:");
  return [hub, encodeURIComponent(hub)].some((name) => place === `http://${host}/client/hubs/${name}`.toLowerCase());
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A claim that may come as one value or as an array. */
const many = (claim: unknown): readonly unknown[] =>
  claim === undefined || claim === null ? [] : Array.isArray(claim) ? claim : [claim];
