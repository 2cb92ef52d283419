import { recordLog } from "../support/log.js";
import { failed, VirtualService } from "./virtual-service.js";

const lines = recordLog("warning");
const event = { type: "event", event: "ask", data: 1, ackId: 1 };

it("the log tells what an event handler threw, and where; the client is told no more than by Azure", () => {
  const service = new VirtualService();
  service.hub.onEvent("ask", function askDatabase() {
    throw new Error("no such table");
  });
  expect(service.connect().send(event)).toEqual([failed(1, "InternalServerError", "Internal server error")]);
  expect(lines).toEqual([
    expect.stringMatching(/the handler of the event "ask" failed: Error: no such table\n.*askDatabase/),
  ]);
});

it("so it does of a handler whose promise rejects, and of an answer that cannot be sent", async () => {
  const service = new VirtualService();
  service.hub.onEvent("ask", () => Promise.reject(new Error("too late")));
  service.hub.onEvent("tell", () => () => "a function");
  const client = service.connect();
  client.send({ ...event, event: "tell", ackId: 2 });
  client.send(event);
  await new Promise((resolve) => setImmediate(resolve));
  expect(lines).toEqual([
    expect.stringContaining('the event "tell" failed: TypeError: data of dataType "json" must be JSON, not a function'),
    expect.stringContaining('the event "ask" failed: Error: too late'),
  ]);
});

it("and of connect handlers, also of one that breaks the rules", () => {
  const service = new VirtualService();
  const remove = service.hub.onConnect(() => {
    throw new Error("who is that?");
  });
  service.open(service.url());
  remove();
  service.hub.onConnect(() => ({ reject: 200 }));
  service.open(service.url());
  expect(lines).toEqual([
    expect.stringContaining("the handler of connect failed: Error: who is that?"),
    expect.stringContaining("the handler of connect failed: TypeError: it may return { userId, roles,"),
  ]);
});
