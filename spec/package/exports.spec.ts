import * as emulator from "../../lib/emulator/index.js";
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
  test("rx-webpubsub/operators", () => {
    expect(namesOf(operators)).toEqual(["dataOf", "forGroup", "replayJoins", "retryBackoff", "sequenceAck"]);
  });

  test("rx-webpubsub/emulator", () => {
    expect(namesOf(emulator)).toEqual(["WebPubSubEmulator"]);
  });
});
