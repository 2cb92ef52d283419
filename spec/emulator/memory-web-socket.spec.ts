import { VirtualTimeScheduler } from "rxjs";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { PLAIN, RELIABLE, VirtualService } from "./virtual-service.js";

const socketOf = (service: VirtualService, url = service.url(), protocols: string | string[] = RELIABLE) =>
  new service.emulator.webSocketCtor(url, protocols);

it("has the shape of a standard WebSocket", () => {
  const service = new VirtualService();
  const { CONNECTING, OPEN, CLOSING, CLOSED } = service.emulator.webSocketCtor;
  expect([CONNECTING, OPEN, CLOSING, CLOSED]).toEqual([0, 1, 2, 3]);
  const socket = socketOf(service);
  expect(socket).toMatchObject({ CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
  expect(socket.url).toBe(service.url());
  const states = [socket.readyState];
  expect([socket.protocol, socket.extensions, socket.bufferedAmount, socket.binaryType]).toEqual(["", "", 0, "blob"]);
  socket.onopen = () => states.push(socket.readyState);
  socket.onclose = () => states.push(socket.readyState);
  service.settle();
  expect(socket.protocol).toBe(RELIABLE);
  socket.close();
  states.push(socket.readyState);
  service.settle();
  expect(states).toEqual([0, 1, 2, 3]);
});

it("does nothing inside the constructor, send() and close()", () => {
  const service = new VirtualService();
  const events: string[] = [];
  service.hub.onEvent("*", () => void events.push("handled"));
  const socket = socketOf(service);
  socket.onopen = () => events.push("open");
  socket.onmessage = () => events.push("message");
  socket.onclose = () => events.push("close");
  expect(service.hub.connections).toEqual([]);
  service.settle();
  socket.send('{"type":"event","event":"e","data":1,"ackId":1}');
  service.hub.sendToAll(1);
  expect(events).toEqual(["open", "message"]);
  expect(socket.bufferedAmount).toBe(47);
  service.settle();
  expect(socket.bufferedAmount).toBe(0);
  socket.close(1_000);
  expect(events).toEqual(["open", "message", "handled", "message", "message"]);
  service.settle();
  expect(events.at(-1)).toBe("close");
});

it("delivers each event as a scheduler action of its own", () => {
  const service = new VirtualService();
  const client = service.connect();
  service.hub.sendToAll(1);
  service.hub.sendToAll(2);
  expect(service.pendingActions).toBe(2);
  service.settle();
  expect(client.frames.slice(1)).toMatchObject([{ data: 1 }, { data: 2 }]);
});

it("processes what was sent before close(), and delivers nothing after it", () => {
  const service = new VirtualService();
  const client = service.connect({ groups: ["g"] });
  const other = service.connect({ groups: ["g"] });
  client.socket.send('{"type":"sendToGroup","group":"g","data":1}');
  client.socket.close(1_000);
  client.socket.send('{"type":"sendToGroup","group":"g","data":2}');
  service.settle();
  expect(other.frames.slice(1)).toMatchObject([{ data: 1 }]);
  expect(client.events).toEqual(["open", "message", "close 1000"]);
});

it("lets go of a socket that is closed while it connects, in the words of ws", () => {
  const service = new VirtualService();
  for (const end of ["close", "terminate"] as const) {
    const events: unknown[] = [];
    const socket = socketOf(service);
    socket.onopen = () => events.push("open");
    socket.onerror = ({ message, error }) => events.push(message, (error as Error).message);
    socket.onclose = ({ code, wasClean }) => events.push(code, wasClean);
    socket[end]();
    socket.close();
    service.settle();
    const message = "WebSocket was closed before the connection was established";
    expect(events).toEqual([message, message, 1_006, false]);
  }
  expect(service.hub.connections).toEqual([]);
  expect(service.pendingActions).toBe(0);
});

it("leaves no session behind when it is closed between the handshake and open", () => {
  const service = new VirtualService();
  const socket = socketOf(service, service.url(), PLAIN);
  const events: unknown[] = [];
  socket.onopen = () => events.push("open");
  socket.onclose = ({ code }) => events.push(code);
  // The service has opened its end when this runs, the client's open event is still to come.
  service.scheduler.schedule(() => {
    expect(service.hub.connections).toHaveLength(1);
    socket.close();
  });
  service.settle();
  expect(events).toEqual([1_006]);
  expect(service.hub.connections).toEqual([]);
});

it("closes once, whoever begins", () => {
  const service = new VirtualService();
  const client = service.connect();
  service.hub.closeConnection(client.connectionId);
  client.socket.close(4_000);
  client.socket.close(4_001);
  client.socket.terminate();
  service.settle();
  expect(client.events).toEqual(["open", "message", "close 1000"]);
});

it("cuts a closing handshake short with terminate()", () => {
  const service = new VirtualService();
  const client = service.connect();
  client.socket.terminate();
  client.socket.terminate();
  service.settle();
  expect(client.ending).toBe("close 1006");
});

it.each([999, 1_001, 1_005, 2_999, 5_000])("refuses close(%d)", (code) => {
  const socket = socketOf(new VirtualService());
  expect(() => socket.close(code)).toThrow(expect.objectContaining({ name: "InvalidAccessError" }) as Error);
});

it("refuses what the standard refuses", () => {
  const service = new VirtualService();
  const syntax = expect.objectContaining({ name: "SyntaxError" }) as Error;
  const socket = socketOf(service);
  expect(() => socket.close(1_000, "é".repeat(62))).toThrow(syntax);
  expect(() => socket.send("x")).toThrow(expect.objectContaining({ name: "InvalidStateError" }) as Error);
  expect(() => socketOf(service, "nonsense")).toThrow(syntax);
  expect(() => socketOf(service, "ftp://host/")).toThrow(syntax);
  expect(() => socketOf(service, `${service.url()}#x`)).toThrow(syntax);
  expect(() => socketOf(service, service.url(), ["a", "a"])).toThrow(syntax);
  expect(() => socketOf(service, service.url(), "a b")).toThrow(syntax);
});

it("refuses in the words of ws, then closes with 1006", () => {
  const service = new VirtualService();
  const refused = (status: number) => [`error Unexpected server response: ${status}`, "close 1006"];
  expect(service.open("ws://in-memory.invalid/client/hubs/chat").events).toEqual(refused(401));
  expect(service.open("ws://in-memory.invalid/client").events).toEqual(refused(400));
  expect(service.open("ws://in-memory.invalid/nowhere").events).toEqual(refused(404));
  expect(service.open(service.url(), "mqtt").events).toEqual(["error Server sent no subprotocol", "close 1006"]);
  expect(service.hub.connections).toEqual([]);
});

it("calls listeners as an EventTarget does", () => {
  const service = new VirtualService();
  const socket = socketOf(service);
  const calls: string[] = [];
  const twice = () => calls.push("twice");
  const removed = () => calls.push("removed");
  const add = socket.addEventListener.bind(socket) as (type: string, listener: unknown, options?: object) => void;
  add("open", twice);
  add("open", twice);
  add("open", removed);
  socket.removeEventListener("open", removed);
  add("message", { handleEvent: ({ data }: { data: string }) => calls.push(typeof data) });
  add("message", () => calls.push("once"), { once: true });
  add("message", null);
  service.settle();
  service.hub.sendToAll(1);
  service.settle();
  expect(calls).toEqual(["twice", "string", "once", "string"]);
});

it("calls every listener when one throws, and the service is none the worse", () => {
  const service = new VirtualService();
  const client = service.connect();
  let heard = 0;
  client.socket.addEventListener("message", () => {
    throw new Error("listener");
  });
  client.socket.addEventListener("message", () => heard++);
  service.hub.sendToAll(1);
  expect(() => service.settle()).toThrow("listener");
  expect(heard).toBe(1);
  expect(service.connect().events).toEqual(["open", "message"]);
});

it("stops at once: sockets close with 1001, no timer is left, and nobody gets in any more", async () => {
  const service = new VirtualService();
  const client = service.connect();
  const detached = service.connect();
  service.emulator.faults.drop(detached.connectionId);
  service.settle();
  const late = socketOf(service);
  const events: string[] = [];
  late.onerror = ({ message }) => events.push(message);
  await service.emulator.stop();
  await service.emulator.stop();
  expect(service.hub.connections).toEqual([]);
  service.settle();
  expect(client.frames.at(-1)).toMatchObject({ type: "system", event: "disconnected" });
  expect(client.ending).toBe("close 1001");
  expect(events).toEqual(["Unexpected server response: 503"]);
  expect(service.pendingActions).toBe(0);
});

it("works in real time as well", async () => {
  const emulator = WebPubSubEmulator.inMemory();
  const socket = new emulator.webSocketCtor(emulator.clientAccessUrl({ hub: "chat" }), RELIABLE);
  const texts: string[] = [];
  const done = new Promise((resolve) => (socket.onclose = resolve));
  socket.onmessage = ({ data }) => {
    texts.push(data as string);
    if (texts.length === 1) for (let i = 0; i < 100; i++) socket.send('{"type":"ping"}');
    if (texts.length === 101) socket.close(1_000);
  };
  await done;
  expect(texts).toHaveLength(101);
  await emulator[Symbol.asyncDispose]();
});

it("has neither port nor connection string", () => {
  const emulator = WebPubSubEmulator.inMemory({ scheduler: new VirtualTimeScheduler() });
  expect(emulator).not.toHaveProperty("connectionString");
  expect(emulator).not.toHaveProperty("endpoint");
  // @ts-expect-error -- the type says so too
  expect(emulator.connectionString).toBeUndefined();
});
