import * as emulator from "../../lib/emulator/index.js";
import * as client from "../../lib/index.js";
import * as operators from "../../lib/operators/index.js";
import * as browserSocket from "../../lib/socket/platform-web-socket.browser.js";
import * as nodeSocket from "../../lib/socket/platform-web-socket.js";
import manifest from "../../package.json" with { type: "json" };

const namesOf = (module: object) => Object.keys(module).sort();

describe("the entry points", () => {
  test("are these, each for import and require, with types of its own for both", () => {
    expect(Object.keys(manifest.exports)).toEqual([".", "./operators", "./emulator", "./package.json"]);
    for (const entry of [manifest.exports["."], manifest.exports["./operators"], manifest.exports["./emulator"]]) {
      expect(entry.import.types).toMatch(/\.d\.ts$/);
      expect(entry.require.types).toMatch(/\.d\.cts$/);
    }
  });

  test("the client and the operators have a build for browsers, the emulator has none", () => {
    expect(manifest.exports["."].browser.import.default).toBe("./dist/browser/index.js");
    expect(manifest.exports["./operators"].browser.import.default).toBe("./dist/browser/operators/index.js");
    expect(manifest.exports["./emulator"]).not.toHaveProperty("browser");
  });

  test("in the build for browsers a file with the same exports stands in for ws", () => {
    expect(namesOf(browserSocket)).toEqual(namesOf(nodeSocket));
  });
});

describe("the names that are exported", () => {
  test("rx-webpubsub", () => {
    expect(namesOf(client)).toEqual([
      "ClientStoppedError",
      "ConnectionError",
      "ProtocolError",
      "QueueOverflowError",
      "SendMessageError",
      "TimeoutError",
      "WebPubSubClient",
      "WebPubSubError",
    ]);
  });

  test("rx-webpubsub/operators", () => {
    expect(namesOf(operators)).toEqual(["dataOf", "forGroup", "replayJoins", "retryBackoff", "sequenceAck"]);
  });

  test("rx-webpubsub/emulator", () => {
    expect(namesOf(emulator)).toEqual(["EventReply", "WebPubSubEmulator"]);
  });
});

describe("importing", () => {
  const entries: [string, () => Promise<unknown>][] = [
    ["rx-webpubsub", () => import("../../lib/index.js")],
    ["rx-webpubsub/operators", () => import("../../lib/operators/index.js")],
    ["rx-webpubsub/emulator", () => import("../../lib/emulator/index.js")],
  ];

  const platformSocket = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");

  afterEach(() => {
    jest.restoreAllMocks();
    if (platformSocket) Object.defineProperty(globalThis, "WebSocket", platformSocket);
  });

  test.each(entries)("%s starts no timer, draws no chance, opens nothing and needs no WebSocket", async (_, load) => {
    Reflect.deleteProperty(globalThis, "WebSocket");
    const spies = [
      jest.spyOn(globalThis, "setTimeout"),
      jest.spyOn(globalThis, "setInterval"),
      jest.spyOn(Math, "random"),
    ];
    const open = process.getActiveResourcesInfo();
    await jest.isolateModulesAsync(async () => {
      await load();
    });
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    expect(process.getActiveResourcesInfo()).toEqual(open);
  });
});
