import jwt from "jsonwebtoken";

/** The claims of a token, unchecked but for what the library checks. */
export type Claims = Readonly<Record<string, unknown>>;

/** Signs claims with HS256, at once; times are the caller's claims, never this machine's clock. */
export const signToken = (claims: object, key: string): string =>
  jwt.sign(claims, key, { algorithm: "HS256", noTimestamp: true });

/** The claims of a token whose signature and lifetime are good at a moment, in epoch milliseconds; nothing otherwise. */
export function verifyToken(token: string, key: string, now: number, skewInSeconds: number): Claims | undefined {
  try {
    const claims = jwt.verify(token, key, {
      algorithms: ["HS256"],
      // The library takes 0, where virtual time begins, for "not given".
      clockTimestamp: now / 1_000 || Number.MIN_VALUE,
      clockTolerance: skewInSeconds,
    });
    return typeof claims === "object" && typeof claims.exp === "number" ? claims : undefined;
  } catch {
    return undefined;
  }
}
