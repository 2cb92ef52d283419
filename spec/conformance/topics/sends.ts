import { ok, PLAIN, RELIABLE } from "../service.js";
import type { State } from "../suite.js";

export const sends = (state: State): void => {
  const contents: [string, unknown][] = [
    ["text", "héllo \u{1f44b}"],
    ["text", ""],
    ["json", { a: [1, null, "x"] }],
    ["json", 0],
    ["json", false],
    ["json", ""],
    ["binary", "AQID/w=="],
    ["binary", ""],
    ["protobuf", "CgNmb28="],
  ];
  for (const [dataType, data] of contents) {
    state(`carries ${dataType} as it is: ${JSON.stringify(data)} (§12)`, async (service) => {
      const group = service.name();
      const receiver = await service.connect({ groups: [group] }, PLAIN);
      const sender = await service.connect({ userId: "ann" });
      await sender.ask({ type: "sendToGroup", group, dataType, data });
      expect(await receiver.next()).toEqual({
        type: "message",
        from: "group",
        group,
        fromUserId: "ann",
        dataType,
        data,
      });
    });
  }

  state("takes data for JSON when it does not say what it is (§4.2)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    expect(await client.ask({ type: "sendToGroup", group, data: "x" })).toMatchObject([
      { dataType: "json", data: "x" },
    ]);
  });

  state("passes JSON on as the text that it was (§12.1)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    const data = '{"big": 12345678901234567890, "quo\\"te\\\\": [1.0, "}]"] }';
    await client.ask(`{ "data" : ${data} , "type":"sendToGroup","group":"${group}" }`);
    expect(client.texts.find((text) => text.includes('"message"'))).toContain(`"data":${data}`);
  });

  state("names no sender for an anonymous one (§5.3)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    const [message] = await client.ask({ type: "sendToGroup", group, data: 1 });
    expect([undefined, null]).toContain(message!["fromUserId"]);
  });

  state("echoes to a sender that is a member, before the ack (§4.2)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    const frames = await client.ask({ type: "sendToGroup", group, data: 1, ackId: 1 });
    expect(frames.map(({ type }) => type)).toEqual(["message", "ack"]);
  });

  state("leaves out the very connection with noEcho, but not the user (§4.2)", async (service) => {
    const group = service.name();
    const sender = await service.connect({ userId: "ann", groups: [group] });
    const sibling = await service.connect({ userId: "ann", groups: [group] });
    expect(await sender.ask({ type: "sendToGroup", group, data: 1, noEcho: true, ackId: 1 })).toEqual([ok(1)]);
    expect(await sibling.next()).toMatchObject({ data: 1, fromUserId: "ann" });
  });

  state("keeps the order of one sender (service-surface §8)", async (service) => {
    const group = service.name();
    const receiver = await service.connect({ groups: [group] });
    const sender = await service.connect();
    const sent = Array.from({ length: 200 }, (_, data) => ({ type: "sendToGroup", group, data }));
    await sender.ask(...sent);
    const received: unknown[] = [];
    for (const { data } of sent) received.push((await receiver.next())["data"] === data);
    expect(received).toEqual(sent.map(() => true));
  });

  state("numbers messages on a reliable subprotocol only (§5, §7)", async (service) => {
    const group = service.name();
    const reliable = await service.connect({ groups: [group] }, RELIABLE);
    const plain = await service.connect({ groups: [group] }, PLAIN);
    await plain.ask({ type: "sendToGroup", group, data: 1, noEcho: true }, { type: "sendToGroup", group, data: 2 });
    expect(await reliable.next()).toMatchObject({ data: 1, sequenceId: 1 });
    expect(plain.received.at(-2)).not.toContain("sequenceId");
  });
};
