import { duplicate, forbidden, internalError, JOIN_LEAVE, ok } from "../service.js";
import type { State } from "../suite.js";

const join = (group: string, ackId: number) => ({ type: "joinGroup", group, ackId });
const send = (group: string, ackId: number) => ({ type: "sendToGroup", group, data: 1, ackId });

export const acks = (state: State): void => {
  state("answer what carries an ackId, under that id (§6)", async (service) => {
    const group = service.name();
    const client = await service.connect();
    const leave = { type: "leaveGroup", group, ackId: 7 };
    expect(await client.ask(join(group, 3), leave, send(group, 5))).toEqual([ok(3), ok(7), ok(5)]);
  });

  state("do not answer what carries none, whatever becomes of it (§6 rule 1)", async (service) => {
    const client = await service.connect({ roles: [JOIN_LEAVE] });
    const answers = await client.ask(
      { type: "joinGroup", group: "g" },
      { type: "sendToGroup", group: "g", data: 1 },
      { type: "event", event: "unheard", data: 1 },
    );
    expect(answers).toEqual([]);
  });

  state("take ids of 64 bits, and echo them digit by digit (§6 rule 2)", async (service) => {
    const client = await service.connect();
    // The last two are the same JavaScript number, but not the same id.
    const ids = ["0", "18446744073709551615", "18446744073709551614"];
    await client.ask(...ids.map((id) => `{"type":"joinGroup","group":"g","ackId":${id}}`));
    const answers = client.texts.filter((text) => text.includes('"ack"'));
    expect(answers.map((answer) => /"ackId":\s*(\d+)/.exec(answer)?.[1])).toEqual(ids);
    expect(answers.every((answer) => /"success":\s*true/.test(answer))).toBe(true);
  });

  state("answer a repeat with Duplicate and do nothing, across all operations (§6 rules 2, 6)", async (service) => {
    const group = service.name();
    const client = await service.connect();
    expect(await client.ask(join(group, 1), { type: "leaveGroup", group, ackId: 1 })).toEqual([ok(1), duplicate(1)]);
    expect(await client.ask(send(group, 2), send(group, 2))).toMatchObject([{ data: 1 }, ok(2), duplicate(2)]);
  });

  state("forget the id of a failure, so that it may be tried again (§6 rule 4)", async (service) => {
    const group = service.name();
    const client = await service.connect({ roles: [`${JOIN_LEAVE}.${group}`] });
    const refused = forbidden(1, `send to group '${group}'`);
    expect(await client.ask(send(group, 1), send(group, 1), join(group, 1))).toEqual([refused, refused, ok(1)]);
    const event = { type: "event", event: "unheard", data: 1, ackId: 2 };
    expect(await client.ask(event, event)).toEqual([internalError(2), internalError(2)]);
  });

  state("forget the oldest of more than 1,000 ids (§6 rule 5)", async (service) => {
    const client = await service.connect();
    await client.ask(...Array.from({ length: 1_000 }, (_, id) => join("g", id)));
    expect(await client.ask(join("g", 0), join("g", 1_000), join("g", 1), join("g", 0))).toEqual([
      duplicate(0),
      ok(1_000),
      duplicate(1),
      ok(0),
    ]);
  });

  state("know ids by connection (§6 rule 2)", async (service) => {
    for (const client of [await service.connect(), await service.connect()]) {
      expect(await client.ask(join("g", 1))).toEqual([ok(1)]);
    }
  });

  state("recognise a repeat after a recovery (§6 rule 5)", async (service) => {
    const group = service.name();
    const client = await service.connect();
    await client.ask(join(group, 1));
    const recovered = await service.reconnect(client);
    const answers = await recovered.ask(join(group, 1), join(group, 2));
    expect(answers.filter(({ type }) => type === "ack")).toEqual([duplicate(1), ok(2)]);
  });

  state("are not replayed (§6 rule 7)", async (service) => {
    const client = await service.connect();
    await client.ask(join(service.name(), 1));
    const recovered = await service.reconnect(client);
    expect((await recovered.ask()).filter(({ type }) => type === "ack")).toEqual([]);
  });
};
