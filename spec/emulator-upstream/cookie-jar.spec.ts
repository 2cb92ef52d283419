import { CookieJar } from "../../lib/emulator/upstream/cookie-jar.js";

const URL_OF_APP = "http://127.0.0.1/events";

/** What the jar sends at a time, after an answer at 0 with these cookies. */
const sentAt = (now: number, ...cookies: string[]): string | undefined => {
  const jar = new CookieJar();
  jar.store(URL_OF_APP, new Headers(cookies.map((cookie): [string, string] => ["Set-Cookie", cookie])), 0);
  return jar.header(URL_OF_APP, now);
};

it("a cookie is sent until it expires", () => {
  const cookies = [
    "for-good=1",
    "short=2; Max-Age=3",
    "dated=3; Expires=Thu, 01 Jan 1970 00:00:09 GMT",
    "odd=4; Expires=soon",
  ];
  expect(sentAt(2_999, ...cookies)).toBe("for-good=1; short=2; dated=3; odd=4");
  expect(sentAt(3_000, ...cookies)).toBe("for-good=1; dated=3; odd=4");
  expect(sentAt(9_000, ...cookies)).toBe("for-good=1; odd=4");
});

it.each(["Max-Age=0", "Max-Age=-1", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"])(
  "a cookie is taken back with %s",
  (how) => {
    expect(sentAt(1, "a=1", `a=; ${how}`)).toBeUndefined();
  },
);
