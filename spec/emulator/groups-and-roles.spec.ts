import { failed, ok, VirtualService } from "./virtual-service.js";

const join = (group: string, ackId = 1) => ({ type: "joinGroup", group, ackId });
const leave = (group: string, ackId = 1) => ({ type: "leaveGroup", group, ackId });
const send = (group: string, ackId = 1) => ({ type: "sendToGroup", group, data: 1, ackId });
const forbidden = (action: string, ackId = 1) =>
  failed(ackId, "Forbidden", `The client does not have permission to ${action}.`);

it("lets a token without roles in the options do everything, and one with none nothing", () => {
  const service = new VirtualService();
  expect(
    service
      .connect()
      .send(join("g", 1), send("g", 2))
      .filter(({ type }) => type === "ack"),
  ).toEqual([ok(1), ok(2)]);
  expect(service.connect({ roles: [] }).send(join("g", 1), leave("g", 2), send("g", 3))).toEqual([
    forbidden("join group 'g'", 1),
    forbidden("leave group 'g'", 2),
    forbidden("send to group 'g'", 3),
  ]);
});

it("has joined the groups of the token when the connected frame comes", () => {
  const service = new VirtualService();
  const client = service.connect({ groups: ["a", "b", "a"], roles: [] });
  expect(client.frames).toMatchObject([{ type: "system", event: "connected" }]);
  expect(service.hub.connections[0]!.groups).toEqual(["a", "b"]);
});

it("keeps hubs apart, and takes names that differ in case for one", () => {
  const service = new VirtualService();
  const [here, there] = [service.connect({ groups: ["g"] }), service.connect({ hub: "other", groups: ["g"] })];
  service.emulator.hub("CHAT").sendToGroup("g", "here");
  service.emulator.hub("Other").sendToAll("there");
  there.send(send("g"));
  service.settle();
  expect(here.frames.slice(1)).toMatchObject([{ data: "here" }]);
  expect(there.frames.slice(1)).toMatchObject([{ data: "there" }, { data: 1 }, { type: "ack" }]);
  const mixed = service.connect({ hub: "cHaT" });
  service.emulator.hub("chat").sendToAll("all");
  service.settle();
  expect(mixed.frames.at(-1)).toMatchObject({ data: "all" });
});
