import { verifyToken } from "../json-web-token.js";
import { RestError } from "./rest-error.js";
import type { RestRequest } from "./rest-request.js";

const CLOCK_SKEW_SECONDS = 300;

/**
 * Checks the token of a request: signed with the access key, alive, and made for this very path (service-surface §1.3).
 *
 * @throws RestError with status 401
 */
export function authorize(request: RestRequest, key: string, now: number): void {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (token === undefined) throw unauthorized("The request has no bearer token.");
  const claims = verifyToken(token, key, now, CLOCK_SKEW_SECONDS);
  if (!claims) throw unauthorized("The token is not signed with the access key, or not valid at this time.");
  const path = request.target.replace(/\?.*$/s, "");
  const url = `http://${request.host}${path}`;
  const audience: unknown = claims["aud"];
  const audiences: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  if (!audiences.some((one) => typeof one === "string" && isFor(one, url))) {
    throw unauthorized(`The token's audience must be ${url}.`);
  }
}

/** Case and query do not matter, and the audience may have been decoded on its way. */
function isFor(audience: string, url: string): boolean {
  const path = spellings(audience.replace(/\?.*$/s, ""));
  return spellings(url).some((spelling) => path.includes(spelling));
}

function spellings(url: string): string[] {
  const spelled = url.toLowerCase();
  try {
    return [spelled, decodeURIComponent(url).toLowerCase()];
  } catch {
    return [spelled];
  }
}

const unauthorized = (message: string): RestError => new RestError(401, "Unauthorized", message);
