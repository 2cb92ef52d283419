import { VirtualTimeScheduler } from "rxjs";
import { WebSocket } from "ws";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { advance } from "../emulator/virtual-time.js";
import { describeService } from "./suite.js";
import { untilWithin, type ServiceTarget } from "./target.js";

const accessKey = "a-key-for-the-conformance-suite-by-port";

describeService("the emulator by port", start, {
  longUrls: "Node's HTTP server takes 16 KiB of headers",
});

/** Sockets are real, but the service's time is not: what takes 30 seconds takes none. */
async function start(): Promise<ServiceTarget> {
  const scheduler = new VirtualTimeScheduler();
  const emulator = await WebPubSubEmulator.start({ accessKey, scheduler });
  const hub = "conformance";
  return {
    endpoint: emulator.endpoint,
    accessKey,
    hub,
    application: emulator.hub(hub),
    open: (url, protocols, headers) => new WebSocket(url, [...protocols], { headers }),
    now: () => scheduler.now(),
    until: untilWithin(5_000),
    wait: async (ms) => advance(scheduler, ms),
    stop: () => emulator.stop(),
  };
}
