import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { PortClient } from "./port-client.js";
import { RELIABLE, VirtualService } from "./virtual-service.js";

/** Lets the continuations of settled promises run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("asks the handler registered first, for as long as it is not removed", () => {
  const service = new VirtualService();
  const outcome = (): string | undefined => service.connect().ending;
  const remove = service.hub.onConnect(() => ({ reject: 401 }));
  const removeSecond = service.hub.onConnect(() => ({ reject: 409 }));
  expect(service.connect().events).toEqual(["error Unexpected server response: 401", "close 1006"]);
  remove();
  expect(service.connect().events).toEqual(["error Unexpected server response: 409", "close 1006"]);
  removeSecond();
  expect(outcome()).toBeUndefined();
});

it("keeps handlers to their hub", () => {
  const service = new VirtualService();
  service.emulator.hub("other").onConnect(() => ({ reject: 403 }));
  expect(service.connect().events).toEqual(["open", "message"]);
  expect(service.connect({ hub: "Other" }).events).toEqual(["error Unexpected server response: 403", "close 1006"]);
});

it("needs no microtask for a handler that answers at once", () => {
  const service = new VirtualService();
  service.hub.onConnect(({ userId }) => ({ userId: `${userId}!`, groups: ["lobby"] }));
  expect(service.connect({ userId: "ann" }).frames).toMatchObject([{ event: "connected", userId: "ann!" }]);
  expect(service.hub.connections).toMatchObject([{ userId: "ann!", groups: ["lobby"] }]);
});

it("names no connection before the handler has let it in", async () => {
  const service = new VirtualService();
  let answer: () => void = () => undefined;
  service.hub.onConnect(() => new Promise((resolve) => (answer = () => resolve(undefined))));
  const client = service.connect();
  expect([client.events, service.hub.connections]).toEqual([[], []]);
  answer();
  await turn();
  service.settle();
  expect(client.events).toEqual(["open", "message"]);
});

it("makes no session for a client that has gone while its handler was at work", async () => {
  const service = new VirtualService();
  let answer: () => void = () => undefined;
  service.hub.onConnect(() => new Promise((resolve) => (answer = () => resolve(undefined))));
  const client = service.connect();
  client.socket.close();
  answer();
  await turn();
  service.settle();
  expect(client.events.at(-1)).toBe("close 1006");
  expect(service.hub.connections).toEqual([]);
});

it("closes with 1008 what a handler has let in while it stopped the service (client-protocol §9.1)", () => {
  const service = new VirtualService();
  service.hub.onConnect(() => void service.emulator.stop());
  const client = service.connect();
  expect(client.events).toEqual(["open", "close 1008 The connection could not be activated."]);
  expect(service.hub.connections).toEqual([]);
});

it("shows the subprotocol that a handler has chosen for a raw client", () => {
  const service = new VirtualService();
  service.hub.onConnect(() => ({ subprotocol: "custom" }));
  const client = service.connect({}, [RELIABLE, "custom"]);
  expect(client.socket.protocol).toBe("custom");
  expect(service.hub.connections).toMatchObject([{ protocol: "custom" }]);
});

describe("by port", () => {
  let emulator: WebPubSubEmulator;
  let answer: () => void = () => undefined;
  let asked: Promise<void>;
  beforeEach(async () => {
    emulator = await WebPubSubEmulator.start();
    asked = new Promise((resolve) => {
      emulator.hub("chat").onConnect(() => {
        resolve();
        return new Promise((settle) => (answer = () => settle(undefined)));
      });
    });
  });
  afterEach(() => emulator.stop());

  it("survives a client that goes away while its handler is at work", async () => {
    const client = new PortClient(emulator.clientAccessUrl({ hub: "chat" }));
    await asked;
    client.socket.terminate();
    await client.ended;
    answer();
    await turn();
    const next = new PortClient(emulator.clientAccessUrl({ hub: "another" }));
    expect(await next.next()).toMatchObject({ event: "connected" });
    next.socket.terminate();
  });

  it("stops while a handler is at work", async () => {
    const client = new PortClient(emulator.clientAccessUrl({ hub: "chat" }));
    await asked;
    await emulator.stop();
    answer();
    await client.ended;
    expect(emulator.hub("chat").connections).toEqual([]);
  });
});
