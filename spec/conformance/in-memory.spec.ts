import { VirtualTimeScheduler } from "rxjs";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { advance } from "../emulator/virtual-time.js";
import { describeService } from "./suite.js";
import type { ServiceTarget } from "./target.js";

const accessKey = "a-key-for-the-conformance-suite-in-memory";
// More turns than any chain of Promises in a handler takes.
const TURNS = 5;

describeService("the emulator in memory", async () => start(), {
  headers: "an in-memory socket sends no headers",
});

function start(): ServiceTarget {
  const scheduler = new VirtualTimeScheduler();
  const emulator = WebPubSubEmulator.inMemory({ accessKey, scheduler });
  const hub = "conformance";
  return {
    endpoint: new URL(emulator.clientAccessUrl({ hub })).origin.replace("ws", "http"),
    accessKey,
    hub,
    application: emulator.hub(hub),
    open: (url, protocols) => new emulator.webSocketCtor(url, [...protocols]),
    now: () => scheduler.now(),
    until: async (isSo) => {
      for (let turn = 0; turn < TURNS; turn++) {
        advance(scheduler, 0);
        if (isSo()) return true;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return false;
    },
    wait: async (ms) => advance(scheduler, ms),
    stop: () => emulator.stop(),
  };
}
