import { ok } from "../service.js";
import type { State } from "../suite.js";

export const groups = (state: State): void => {
  state("are joined and left idempotently (§4.1)", async (service) => {
    const group = service.name();
    const client = await service.connect();
    const sender = await service.connect();
    const join = { type: "joinGroup", group };
    const leave = { type: "leaveGroup", group };
    expect(await client.ask({ ...leave, ackId: 1 }, { ...join, ackId: 2 }, { ...join, ackId: 3 })).toEqual([
      ok(1),
      ok(2),
      ok(3),
    ]);
    await sender.ask({ type: "sendToGroup", group, data: 1 });
    expect(await client.next()).toMatchObject({ data: 1 });
    expect(await client.ask({ ...leave, ackId: 4 })).toEqual([ok(4)]);
    await sender.ask({ type: "sendToGroup", group, data: 2 });
    expect(await client.ask()).toEqual([]);
  });

  state("reach their members and nobody else; the sender need not be one (§4.2)", async (service) => {
    const group = service.name();
    const member = await service.connect({ groups: [group] });
    const stranger = await service.connect();
    const sender = await service.connect();
    expect(await sender.ask({ type: "sendToGroup", group, data: 1, ackId: 1 })).toEqual([ok(1)]);
    expect(await member.next()).toMatchObject({ type: "message", from: "group", group, data: 1 });
    expect(await stranger.ask()).toEqual([]);
  });

  state("are told apart by case (§4.1)", async (service) => {
    const group = service.name("Room");
    const client = await service.connect({ groups: [group] });
    expect(await client.ask({ type: "sendToGroup", group: group.toLowerCase(), data: 1 })).toEqual([]);
  });

  state("may have any name up to 1,024 characters (§18)", async (service) => {
    const client = await service.connect();
    for (const group of ["g".repeat(1_024), " x ", "a/b?c#d&e", "grüße \u{1f44b}", '"\\', "__proto__"]) {
      const frames = await client.ask({ type: "joinGroup", group }, { type: "sendToGroup", group, data: 1 });
      expect(frames).toMatchObject([{ type: "message", group }]);
    }
  });

  state("may be empty: sending to nobody succeeds (§4.2)", async (service) => {
    const client = await service.connect();
    expect(await client.ask({ type: "sendToGroup", group: service.name(), data: 1, ackId: 1 })).toEqual([ok(1)]);
  });

  state("lose a member whose connection has ended (§8.1)", async (service) => {
    const group = service.name();
    const gone = await service.connect({ groups: [group] });
    gone.socket.close(1_000);
    await gone.ended();
    const client = await service.connect({ groups: [group] });
    expect(await client.ask({ type: "sendToGroup", group, data: 1, ackId: 1 })).toMatchObject([{ data: 1 }, ok(1)]);
  });
};
