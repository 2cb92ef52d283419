import { WebPubSubEmulator, type ClientAccessUrlOptions, type EmulatorOptions } from "../../lib/emulator/index.js";
import { VirtualService } from "./virtual-service.js";

it.each<[object, string]>([
  [{ connectedOnRecovery: "no" }, "connectedOnRecovery must be true or false, not a string"],
  [{ scheduler: 5 }, "scheduler must be an RxJS scheduler, not a number"],
  [{ scheduler: {} }, "scheduler must be an RxJS scheduler, not an object of type Object"],
  [{ accessKey: 5 }, "accessKey must be a string, not a number"],
])("starts neither on a port nor in memory with %j", async (options, message) => {
  expect(() => WebPubSubEmulator.inMemory(options as EmulatorOptions)).toThrow(new TypeError(message));
  await expect(WebPubSubEmulator.start(options)).rejects.toEqual(new TypeError(message));
});

it("listens on no address that is no string", async () => {
  await expect(WebPubSubEmulator.start({ host: 5 as never })).rejects.toEqual(
    new TypeError("host must be a string, not a number"),
  );
});

it("listens on no port that is no number: Node would make a pipe of that name", async () => {
  await expect(WebPubSubEmulator.start({ port: "x" as never })).rejects.toEqual(
    new TypeError("port must be a number, not a string"),
  );
});

it.each<[object, string]>([
  [{ userId: 5 }, "userId must be a string, not a number"],
  [{ roles: "webpubsub.sendToGroup" }, "roles must be an array of strings, not a string"],
  [{ roles: [1] }, "roles must be an array of strings, not an object of type Array"],
  [{ groups: "lobby" }, "groups must be an array of strings, not a string"],
  [{ hub: undefined }, "hub must be a string, not undefined"],
  [{ expiresInMinutes: "5" }, "expiresInMinutes must be a number, not a string"],
])("makes no URL that the service would refuse: %j", (options, message) => {
  const { emulator } = new VirtualService();
  expect(() => emulator.clientAccessUrl({ hub: "chat", ...(options as Partial<ClientAccessUrlOptions>) })).toThrow(
    new TypeError(message),
  );
});

it("takes no handler that cannot be called", () => {
  const { hub } = new VirtualService();
  expect(() => hub.onEvent("ask", undefined as never)).toThrow(
    new TypeError("an event handler must be a function, not undefined"),
  );
  expect(() => hub.onConnect(5 as never)).toThrow(new TypeError("a connect handler must be a function, not a number"));
});

it("tells what is missing or of another kind in the same words everywhere", () => {
  const { emulator, hub } = new VirtualService();
  const calls: [() => unknown, string][] = [
    [
      () => emulator.clientAccessUrl(undefined as never),
      "the argument of clientAccessUrl must be an object of options, not undefined",
    ],
    [() => emulator.hub(5 as never), "hub must be a string, not a number"],
    [() => hub.sendToGroup(5 as never, 1), "group must be a string, not a number"],
    [() => hub.addToGroup("id", undefined as never), "group must be a string, not undefined"],
    [() => hub.onEvent(5 as never, () => undefined), "name must be a string, not a number"],
    [() => hub.sendToAll(1, { excluded: "abc" as never }), "excluded must be an array of strings, not a string"],
  ];
  for (const [call, message] of calls) expect(call).toThrow(new TypeError(message));
});

it.each([-1, 99_999, 1.5, NaN])("listens on no port %d", async (port) => {
  await expect(WebPubSubEmulator.start({ port })).rejects.toEqual(
    new RangeError(`port must be a whole number from 0 to 65535, not ${port}`),
  );
});
