import { EMPTY, VirtualTimeScheduler } from "rxjs";
import { WebPubSubClient, type WebPubSubClientOptions } from "../../../lib/index.js";

const url = "wss://example.test/client/hubs/chat?access_token=t";
const make = (options: unknown) => new WebPubSubClient(url, options as WebPubSubClientOptions);

/** A path such as `a.b` and a value, as options. */
const withOption = (path: string, value: unknown): object =>
  path.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;

const times = [
  "keepAliveIntervalInMs",
  "keepAliveTimeoutInMs",
  "ackTimeoutInMs",
  "startTimeoutInMs",
  "recoveryTimeoutInMs",
  "proofOfLifeInMs",
  "idleCloseInMs",
  "leaveDelayInMs",
  "sequenceAck.timeInMs",
  "reconnectRetryOptions.retryDelayInMs",
  "reconnectRetryOptions.stableAfterInMs",
  "messageRetryOptions.retryDelayInMs",
];
const counts = ["maxQueuedSends", "reconnectRetryOptions.maxRetries", "messageRetryOptions.maxRetries"];
const positives = ["rejoinConcurrency", "sequenceAck.count", "sequenceAck.bytes"];
const objects = ["sequenceAck", "reconnectRetryOptions", "messageRetryOptions"];
const functions = ["shouldRetry", "webSocketCtor", "random"];

const expectRefusal = (path: string, value: unknown, kind: new (message?: string) => Error, shown: string) => {
  let error: unknown;
  try {
    make(withOption(path, value));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(kind);
  expect((error as Error).message).toContain(path);
  expect((error as Error).message).toContain(shown);
};

describe("a number out of range is a RangeError that names option and value", () => {
  it.each([...times, ...counts, ...positives])("%s", (path) => {
    expectRefusal(path, -1, RangeError, "-1");
    expectRefusal(path, NaN, RangeError, "NaN");
    expectRefusal(path, -Infinity, RangeError, "-Infinity");
  });

  it.each(positives)("%s: not even 0", (path) => expectRefusal(path, 0, RangeError, "0"));

  it.each(["reconnectRetryOptions", "messageRetryOptions"])("a longest delay below the shortest, in %s", (owner) => {
    expect(() => make({ [owner]: { retryDelayInMs: 2_000, maxRetryDelayInMs: 1_000 } })).toThrow(RangeError);
    expect(() => make({ [owner]: { retryDelayInMs: 2_000, maxRetryDelayInMs: 1_000 } })).toThrow(
      /maxRetryDelayInMs.*2000.*1000/,
    );
    expect(() => make({ [owner]: { maxRetryDelayInMs: 10 } })).toThrow(RangeError);
  });
});

describe("a wrong kind of value is a TypeError that names option and value", () => {
  it.each([...times, ...counts, ...positives])("%s", (path) => {
    expectRefusal(path, "5", TypeError, '"5"');
    expectRefusal(path, null, TypeError, "null");
    expectRefusal(path, true, TypeError, "true");
  });
  it.each(["autoReconnect", "autoRejoinGroups"])("%s", (path) => {
    expectRefusal(path, "false", TypeError, '"false"');
    expectRefusal(path, 0, TypeError, "0");
    expectRefusal(path, null, TypeError, "null");
  });
  it.each(objects)("%s", (path) => {
    expectRefusal(path, 5, TypeError, "5");
    expectRefusal(path, null, TypeError, "null");
  });
  it.each(functions)("%s", (path) => {
    expectRefusal(path, 5, TypeError, "5");
    expectRefusal(path, "x", TypeError, '"x"');
  });
  it.each([
    ["protocol", "mqtt"],
    ["protocol", "toString"],
    ["protocol", 5],
    ["protocol", {}],
    ["whenOffline", "wait"],
    ["whenOffline", true],
    ["reconnectRetryOptions.mode", "linear"],
    ["reconnectRetryOptions.mode", "exponential"],
    ["messageRetryOptions.jitter", "some"],
    ["messageRetryOptions.jitter", true],
    ["scheduler", {}],
    ["scheduler", 5],
    ["wake$", {}],
    ["wake$", () => 1],
  ])("%s: %j", (path, value) => expectRefusal(path, value, TypeError, ""));

  it.each([null, 5, "options", () => 1])("options that are no object: %j", (options) => {
    expect(() => make(options)).toThrow(TypeError);
  });
});

it.each([...times, ...counts])("%s may be 0", (path) => {
  expect(() => make(withOption(path, 0))).not.toThrow();
});

it.each(["maxQueuedSends", "rejoinConcurrency", "reconnectRetryOptions.maxRetries", "messageRetryOptions.maxRetries"])(
  "%s may be Infinity",
  (path) => {
    expect(() => make(withOption(path, Infinity))).not.toThrow();
  },
);

it("what is undefined counts as left out", () => {
  const names = [...times, ...counts, ...positives, ...objects, ...functions].filter((path) => !path.includes("."));
  expect(() =>
    make(Object.fromEntries([...names, "protocol", "whenOffline", "scheduler", "wake$"].map((n) => [n, undefined]))),
  ).not.toThrow();
});

it("raising only the shortest delay raises the longest with it", () => {
  expect(() => make({ messageRetryOptions: { retryDelayInMs: 60_000 } })).not.toThrow();
});

it("every option together is fine, frozen all the way down, and nothing in it is changed", () => {
  const options: WebPubSubClientOptions = {
    protocol: "json.webpubsub.azure.v1",
    autoReconnect: false,
    autoRejoinGroups: false,
    reconnectRetryOptions: {
      maxRetries: 1,
      retryDelayInMs: 1,
      maxRetryDelayInMs: 2,
      mode: "Fixed",
      jitter: "none",
      stableAfterInMs: 1,
    },
    messageRetryOptions: {
      maxRetries: 1,
      retryDelayInMs: 1,
      maxRetryDelayInMs: 2,
      mode: "Exponential",
      jitter: "full",
    },
    shouldRetry: () => false,
    keepAliveIntervalInMs: 1,
    keepAliveTimeoutInMs: 1,
    ackTimeoutInMs: 1,
    startTimeoutInMs: 1,
    recoveryTimeoutInMs: 1,
    proofOfLifeInMs: 1,
    whenOffline: "drop",
    maxQueuedSends: 1,
    idleCloseInMs: 1,
    leaveDelayInMs: 1,
    sequenceAck: { count: 1, bytes: 1, timeInMs: 1 },
    rejoinConcurrency: 1,
    random: () => 0,
    scheduler: new VirtualTimeScheduler(),
    wake$: EMPTY,
  };
  for (const value of [options, options.reconnectRetryOptions, options.messageRetryOptions, options.sequenceAck]) {
    Object.freeze(value);
  }
  const before = { ...options };
  expect(() => make(options)).not.toThrow();
  expect(options).toEqual(before);
});

it.each([
  ["no URL", "chat"],
  ["an empty text", ""],
  ["an http URL", "https://example.test/client/hubs/chat"],
  ["nothing", undefined],
  ["null", null],
  ["a number", 5],
  ["an object without getClientAccessUrl", {}],
  ["an object whose URL is none", { getClientAccessUrl: "chat" }],
])("access that is %s is a ConnectionError of phase access that says what was expected", (_what, access) => {
  let error: unknown;
  try {
    new WebPubSubClient(access as string);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({
    name: "ConnectionError",
    phase: "access",
    message: expect.stringMatching(/wss?:/) as string,
  });
});

it("no token is in what is said of a URL in the wrong place", () => {
  const url = "wss://example.test/client/hubs/chat?access_token=5ecret";
  const wrong = [url, { protocol: url }] as unknown as WebPubSubClientOptions[];
  for (const options of wrong) {
    expect(() => new WebPubSubClient(url, options)).toThrow(/access_token=\*\*\*/);
    expect(() => new WebPubSubClient(url, options)).not.toThrow(/5ecret/);
  }
});
