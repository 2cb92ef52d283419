import { VirtualTimeScheduler } from "rxjs";
import { AbuseProtection } from "../../lib/emulator/upstream/abuse-protection.js";
import { HttpExchange, type HttpCall } from "../../lib/emulator/upstream/http-exchange.js";

let scheduler: VirtualTimeScheduler;
let http: HttpExchange;
/** What is asked, and when, in seconds. */
let asked: string[];
let answers: (Response | "fails" | "hangs")[];
beforeEach(() => {
  scheduler = new VirtualTimeScheduler();
  http = new HttpExchange(scheduler);
  asked = [];
  answers = [];
  jest.spyOn(globalThis, "fetch").mockImplementation((url, { method, signal } = {}) => {
    if (signal!.aborted) return Promise.reject(new DOMException("aborted", "AbortError"));
    asked.push(`${scheduler.frame / 1_000} ${method!} ${url as string}`);
    const answer = answers.shift() ?? new Response(null, { status: 204 });
    if (answer instanceof Response) return Promise.resolve(answer);
    return new Promise((_resolve, reject) => {
      if (answer === "fails") reject(new TypeError("fetch failed"));
      else signal!.addEventListener("abort", () => reject(signal!.reason as Error));
    });
  });
});
afterEach(() => jest.restoreAllMocks());

/** Lets promises go on, and time pass while nothing else is left to do. */
async function run(seconds: number): Promise<void> {
  const end = scheduler.frame + seconds * 1_000;
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    const [next] = [...scheduler.actions].sort((one, other) => one.delay - other.delay);
    if (!next || next.delay > end) break;
    scheduler.maxFrames = next.delay;
    scheduler.flush();
  }
  scheduler.frame = end;
}

const status = (code: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: code, headers });

describe("an event (service-surface §4.6)", () => {
  const call: HttpCall = { url: "http://app/", method: "POST", headers: {}, limit: { of: "all", ms: 100_000 } };
  const read = (response: Response): Promise<number> => Promise.resolve(response.status);

  it.each<[string, (Response | "fails" | "hangs")[], number | undefined, string[]]>([
    ["is sent once when it is answered", [status(200)], 200, ["0"]],
    ["is sent again after 1, 3 and 5 s", [status(500), status(408), "fails"], 204, ["0", "1", "4", "9"]],
    ["is given up after four times", [1, 2, 3, 4].map(() => status(503)), 503, ["0", "1", "4", "9"]],
    ["is not sent again after 429", [status(429)], 429, ["0"]],
    ["is not sent again after 404", [status(404)], 404, ["0"]],
    ["follows no redirection", [status(302, { Location: "http://elsewhere/" })], 302, ["0"]],
    ["is not sent again after 100 s", ["hangs"], undefined, ["0"]],
    ["has 100 s for all of its requests", ["fails", "fails", "hangs"], undefined, ["0", "1", "4"]],
  ])("%s", async (_what, given, expected, times) => {
    answers = given;
    const answer = http.ask(call, read);
    await run(99);
    let settled = false;
    void answer.then(() => {
      settled = true;
    });
    await run(0);
    expect(settled).toBe(expected !== undefined);
    await run(1);
    expect(await answer).toBe(expected);
    expect(asked).toEqual(times.map((time) => `${time} POST http://app/`));
    expect(scheduler.actions).toEqual([]);
  });

  it("is given up when it is cancelled, also in a pause, and when the service stops", async () => {
    const gone = new AbortController();
    answers = ["hangs", status(500), "hangs"];
    const given = [1, 2].map(() => http.ask({ ...call, cancelled: gone.signal }, read));
    const another = http.ask(call, read);
    await run(0.5);
    gone.abort();
    expect(await Promise.all(given)).toEqual([undefined, undefined]);
    http.stop();
    expect(await another).toBeUndefined();
    expect(await http.ask(call, read)).toBeUndefined();
    expect(asked).toHaveLength(3);
    expect(scheduler.actions).toEqual([]);
  });

  it("is unanswered when its answer cannot be read", async () => {
    expect(await http.ask<number>(call, () => Promise.reject(new Error("unreadable")))).toBeUndefined();
  });
});

describe("validation (service-surface §4.1)", () => {
  const url = "http://app/validate";
  const allowed = (): Response => status(200, { "WebHook-Allowed-Origin": "*" });
  let protection: AbuseProtection;
  beforeEach(() => {
    protection = new AbuseProtection(http, scheduler, "service.example");
  });
  const passed = async (): Promise<boolean> => {
    const verdict = protection.passed(url);
    await run(0);
    return verdict;
  };

  it("names the service, and is no more than that", async () => {
    answers = [allowed()];
    await passed();
    expect(jest.mocked(globalThis.fetch).mock.calls[0]![1]).toMatchObject({
      method: "OPTIONS",
      headers: { "WebHook-Request-Origin": "service.example", "ce-awpsversion": "1.0" },
      body: undefined,
    });
  });

  it.each([
    ["*", 200, true],
    ["Service.Example", 204, true],
    ["service.example:8080", 200, true],
    ["other.example, service.example", 200, true],
    ["other.example", 200, false],
    ["", 200, false],
    ["*", 400, false],
  ])("with the origin %j and status %d passes: %s", async (origin, code, expected) => {
    answers = [status(code, { "WebHook-Allowed-Origin": origin })];
    expect(await passed()).toBe(expected);
  });

  it("takes the names of this machine for one", async () => {
    answers = [status(200, { "WebHook-Allowed-Origin": "localhost:8080" })];
    expect(await new AbuseProtection(http, scheduler, "127.0.0.1").passed(url)).toBe(true);
  });

  it("is asked with GET where OPTIONS is unknown", async () => {
    answers = [status(404), allowed()];
    expect(await passed()).toBe(true);
    expect(asked).toEqual([`0 OPTIONS ${url}`, `0 GET ${url}`]);
  });

  it("is asked once for events that come together, and again after a minute, in the background", async () => {
    answers = [allowed(), "hangs"];
    const together = [protection.passed(url), protection.passed(url)];
    await run(0);
    expect(await Promise.all(together)).toEqual([true, true]);
    await run(59);
    expect(await passed()).toBe(true);
    expect(asked).toHaveLength(1);
    await run(1);
    expect(await passed()).toBe(true);
    expect(await passed()).toBe(true);
    expect(asked).toHaveLength(2);
    // Nothing came of it within ten seconds.
    await run(10);
    expect(await passed()).toBe(false);
  });

  it("is asked again after a failure, when an event comes, after 1 s and twice as long each time", async () => {
    answers = Array.from({ length: 9 }, () => status(400));
    for (let second = 0; second < 20; second++) {
      expect(await passed()).toBe(false);
      await run(1);
    }
    expect(asked.map((line) => line.split(" ")[0])).toEqual(["0", "1", "3", "7", "15"]);
    answers = [allowed()];
    await run(60);
    // Asked in the background: until then the last answer holds.
    expect(await passed()).toBe(false);
    await run(0);
    expect(await passed()).toBe(true);
  });

  it("has 10 s for an answer", async () => {
    answers = ["hangs"];
    const verdict = protection.passed(url);
    await run(10);
    expect(await verdict).toBe(false);
    expect(asked).toHaveLength(1);
  });
});
