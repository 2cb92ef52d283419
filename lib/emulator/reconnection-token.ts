import type { ReconnectionTokens } from "./hub.js";
import { signToken, verifyToken } from "./json-web-token.js";

const ISSUER = "https://webpubsub.azure.com";
const LIFETIME_SECONDS = 7 * 24 * 60 * 60;

/** Tokens for one connection each, good for seven days and any number of recoveries (service-surface §1.5). */
export const reconnectionTokens = (key: string, now: () => number): ReconnectionTokens => ({
  issue(connectionId) {
    const nbf = Math.floor(now() / 1_000);
    const jti = globalThis.crypto.randomUUID();
    return signToken({ iss: ISSUER, aud: connectionId, jti, nbf, exp: nbf + LIFETIME_SECONDS }, key);
  },
  accepts(token, connectionId) {
    const claims = verifyToken(token, key, now(), 0);
    return claims?.["iss"] === ISSUER && claims["aud"] === connectionId;
  },
});
