import fc from "fast-check";
import { excerpt, redact } from "../../lib/protocol/redact.js";

const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const partOf = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(base64url)), minLength: 20, maxLength });
/** Tokens as the service makes them; the middle part grows with the user's roles. */
const token = fc.tuple(partOf(40), partOf(1_500), partOf(40)).map((parts) => `eyJ${parts.join(".")}`);

/** Whether any stretch of a token that could be of use is in a text. */
const leaks = (text: string, secret: string): boolean =>
  secret.split(".").some((piece) => text.includes(piece.slice(0, 12)) || text.includes(piece.slice(-12)));

const places: [string, (secret: string) => string][] = [
  ["an access URL", (t) => `wss://h.example/client/hubs/chat?access_token=${t}`],
  ["an access URL with more behind it", (t) => `connect to wss://h/client/hubs/c?access_token=${t}&x=1 failed`],
  ["a recovery URL", (t) => `wss://h/client/hubs/c?awps_connection_id=1&awps_reconnection_token=${t}`],
  ["a URL inside a URL", (t) => `https://login.example?next=${encodeURIComponent(`wss://h?access_token=${t}`)}`],
  ["a URL in capitals", (t) => `WSS://H/client?ACCESS_TOKEN=${t}`],
  ["a connected frame", (t) => `{"type":"system","event":"connected","reconnectionToken":"${t}"}`],
  ["a frame with spaces", (t) => `{ "reconnectionToken" : "${t}", "connectionId": "c" }`],
  ["a header", (t) => `Authorization: Bearer ${t}`],
  ["a bare token", (t) => `the token ${t} was refused`],
  ["two tokens", (t) => `access_token=${t} and then awps_reconnection_token=${t}`],
];

describe.each(places)("a token in %s", (_place, write) => {
  it("is taken out, and the rest stays", () => {
    fc.assert(
      fc.property(token, (secret) => {
        const text = redact(write(secret));
        expect(leaks(text, secret)).toBe(false);
        expect(text).toContain("***");
      }),
    );
  });

  it("is not in an excerpt either, wherever the cut falls", () => {
    fc.assert(
      fc.property(token, fc.nat({ max: 1_200 }), (secret, before) => {
        expect(leaks(excerpt("x".repeat(before) + " " + write(secret)), secret)).toBe(false);
      }),
    );
  });
});

it("an opaque token is taken out where its name tells it", () => {
  expect(redact("?access_token=s3cret&hub=chat")).toBe("?access_token=***&hub=chat");
  expect(redact("?access_token=s3cret#top")).toBe("?access_token=***#top");
  expect(redact('{"reconnectionToken":"s3cret","a":1}')).toBe('{"reconnectionToken":"***","a":1}');
});

it("the key of a connection string is taken out", () => {
  expect(redact("Endpoint=https://h;AccessKey=s3cret=;Version=1.0;")).toBe(
    "Endpoint=https://h;AccessKey=***;Version=1.0;",
  );
  expect(redact("endpoint=h accesskey = s3cret")).toBe("endpoint=h accesskey = ***");
});

it("a token with an escaped quote in it is taken out as a whole", () => {
  expect(redact('{"reconnectionToken":"s3\\"cret","a":1}')).not.toContain("cret");
});

it("text without a token stays as it is", () => {
  const text = 'sendToGroup (group "room-7") failed: Forbidden: no token here, eyJ';
  expect(redact(text)).toBe(text);
});

it("an excerpt is short, however long the frame", () => {
  expect(excerpt("y".repeat(2_000_000)).length).toBeLessThan(200);
  expect(excerpt("short")).toBe("short");
});

it("a frame in one long line of near misses is redacted in no time", () => {
  const before = performance.now();
  redact("eyJ".repeat(100_000) + '"token"'.repeat(20_000) + " Bearer".repeat(20_000));
  expect(performance.now() - before).toBeLessThan(2_000);
});
