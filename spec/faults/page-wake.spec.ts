import type { WebPubSubClient } from "../../lib/index.js";
import { VirtualClients } from "../support/virtual-clients.js";

/** A document and a window, and how many listeners they have. */
class CountingTarget extends EventTarget {
  visibilityState = "visible";
  listeners = 0;

  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    this.listeners++;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    this.listeners--;
    super.removeEventListener(...args);
  }
}

const page = globalThis as { document?: unknown; window?: unknown };

describe("In a page", () => {
  let document: CountingTarget;
  let window: CountingTarget;
  let service: VirtualClients;
  let client: WebPubSubClient;

  beforeEach(() => {
    [document, window] = [new CountingTarget(), new CountingTarget()];
    Object.assign(page, { document, window });
    service = new VirtualClients();
    client = service.client();
  });

  afterEach(() => {
    delete page.document;
    delete page.window;
  });

  const pings = () => service.socket.sent.filter(({ type }) => type === "ping").length;
  const visibility = (state: string) => () => {
    document.visibilityState = state;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  const pageshow = (persisted: boolean) => () =>
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));
  const online = () => window.dispatchEvent(new Event("online"));

  const run = () => {
    void client.start();
    service.settle();
    service.advance(1_000);
  };

  it.each<readonly [string, () => unknown, number]>([
    ["becoming visible", visibility("visible"), 1],
    ["becoming hidden", visibility("hidden"), 0],
    ["coming from the back/forward cache", pageshow(true), 1],
    ["being shown for the first time", pageshow(false), 0],
    ["being online again", online, 1],
    [
      "all at once",
      () => {
        for (const event of [visibility("visible"), pageshow(true), online, visibility("visible")]) {
          event();
          service.advance(15);
        }
      },
      1,
    ],
  ])("%s makes so many probes", (_what, happen, probes) => {
    run();
    happen();
    service.advance(10_000);
    expect(pings()).toBe(probes);
    expect(client.state.status).toBe("connected");
  });

  it("listeners are there only while the client runs, however often it starts and stops", () => {
    expect(document.listeners + window.listeners).toBe(0);
    for (let i = 0; i < 1_000; i++) {
      void client.start();
      if (i % 2 === 0) service.settle();
      expect([document.listeners, window.listeners]).toEqual([1, 2]);
      void client.stop();
      expect([document.listeners, window.listeners]).toEqual([0, 0]);
    }
    service.advance(31_000);
    expect(service.pendingActions).toBe(0);
    expect(service.openSockets).toBe(0);
  });
});
