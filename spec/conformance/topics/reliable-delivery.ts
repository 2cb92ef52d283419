import { NOT_RECOVERED, PLAIN } from "../service.js";
import type { State } from "../suite.js";

const ids = (frames: readonly Readonly<Record<string, unknown>>[]): unknown[] =>
  frames.map(({ sequenceId }) => sequenceId);

export const reliableDelivery = (state: State): void => {
  state("numbers messages from 1 for each connection (§7 rule 1)", async (service) => {
    const group = service.name();
    const first = await service.connect({ groups: [group] });
    const send = { type: "sendToGroup", group, data: 1 };
    expect(ids(await first.ask(send, send))).toEqual([1, 2]);
    const second = await service.connect({ groups: [group] });
    expect(ids(await first.ask(send))).toEqual([3]);
    expect((await second.next())["sequenceId"]).toBe(1);
  });

  state("resends what was not acknowledged, byte by byte, before anything new (§7 rules 2, 5)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    const send = (data: unknown) => ({ type: "sendToGroup", group, data, metadata: { n: "1" } });
    await client.ask(send(1), send({ deep: ["é"] }), send("x"));
    const messages = client.texts.filter((text) => text.includes('"message"'));
    const recovered = await service.reconnect(client);
    expect(ids(await recovered.ask(send(4))).filter(Boolean)).toEqual([1, 2, 3, 4]);
    expect(recovered.texts.filter((text) => text.includes('"message"')).slice(0, 3)).toEqual(messages);
  });

  state("releases what a sequenceAck names, and everything before it (§7 rule 2)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    const send = { type: "sendToGroup", group, data: 1 };
    await client.ask(send, send, send, send, { type: "sequenceAck", sequenceId: 2 });
    const second = await service.reconnect(client);
    expect(ids(await second.messages())).toEqual([3, 4]);
    await second.ask({ type: "sequenceAck", sequenceId: 3 });
    const third = await service.reconnect(client);
    expect(ids(await third.messages())).toEqual([4]);
  });

  state("is not harmed by an acknowledgement from the past or the future (§7 rule 2)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    const send = { type: "sendToGroup", group, data: 1 };
    const acknowledge = (sequenceId: number) => ({ type: "sequenceAck", sequenceId });
    await client.ask(send, send, acknowledge(2), acknowledge(1), acknowledge(0), acknowledge(99));
    expect(ids(await client.ask(send))).toEqual([3]);
    const recovered = await service.reconnect(client);
    expect(ids(await recovered.messages())).toEqual([3]);
  });

  state("ignores acknowledgements where there are no numbers (§4.4)", async (service) => {
    const client = await service.connect({}, PLAIN);
    expect(await client.ask({ type: "sequenceAck", sequenceId: 5 })).toEqual([]);
  });

  state(
    "keeps 1,000 messages, and ends the session with the next: close 1008 (§7 rule 3, §9.1, §22 Q9)",
    async (service) => {
      const group = service.name();
      const client = await service.connect({ groups: [group] });
      const sender = await service.connect();
      const send = { type: "sendToGroup", group, data: 1 };
      await sender.ask(...Array.from({ length: 1_000 }, () => send));
      for (let id = 1; id <= 1_000; id++) expect((await client.next())["sequenceId"]).toBe(id);
      await client.ask({ type: "sequenceAck", sequenceId: 1 });
      await sender.ask(send);
      expect((await client.next())["sequenceId"]).toBe(1_001);
      await sender.ask(send);
      expect(await client.ended()).toBe("1008 The reliable message buffer is full.");
      expect(await (await service.recover(client)).ended()).toBe(NOT_RECOVERED);
    },
  );
};
