import { ok, PLAIN, RELIABLE } from "../service.js";
import type { State } from "../suite.js";

export const keepalive = (state: State): void => {
  state("answers every ping with a pong, on every subprotocol (§10)", async (service) => {
    for (const protocol of [RELIABLE, PLAIN]) {
      const client = await service.connect({ roles: [] }, protocol);
      client.send({ type: "ping" }, { type: "ping" });
      expect([await client.next(), await client.next()]).toEqual([{ type: "pong" }, { type: "pong" }]);
    }
  });

  state("makes a pong a barrier: what was sent before the ping has been done (§3 rule 9)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    client.send({ type: "sendToGroup", group, data: 1, ackId: 1 }, { type: "ping" });
    const types = [await client.next(), await client.next(), await client.next()].map(({ type }) => type);
    expect(types).toEqual(["message", "ack", "pong"]);
  });

  state("takes up no number for a pong (§4.4)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    client.send({ type: "ping" });
    expect(await client.next()).toEqual({ type: "pong" });
    expect(await client.ask({ type: "sendToGroup", group, data: 1, ackId: 1 })).toMatchObject([
      { sequenceId: 1 },
      ok(1),
    ]);
  });
};
