import { ok, PLAIN } from "../service.js";
import type { State } from "../suite.js";

export const timeToLive = (state: State): void => {
  state(
    "leaves out of the replay what has outlived it, and keeps the numbers of the rest (§7 rule 5, §12.4)",
    async (service) => {
      const group = service.name();
      const client = await service.connect({ groups: [group] });
      const send = (data: string, ttlSeconds?: number) => ({ type: "sendToGroup", group, data, ttlSeconds });
      await client.ask(send("short", 1), send("endless"), send("long", 300), send("for ever", 0));
      await service.drop(client);
      await service.wait(1_500);
      expect(await (await service.recover(client)).messages()).toMatchObject([
        { data: "endless", sequenceId: 2 },
        { data: "long", sequenceId: 3 },
        { data: "for ever", sequenceId: 4 },
      ]);
    },
  );

  state("replays what is within it (§12.4)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    await service.drop(client);
    await (await service.connect()).ask({ type: "sendToGroup", group, data: 1, ttlSeconds: 300 });
    await service.wait(1_000);
    expect(await (await service.recover(client)).messages()).toMatchObject([{ data: 1, sequenceId: 1 }]);
  });

  state("changes nothing for who is connected (§12.4)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] }, PLAIN);
    const answers = await client.ask({ type: "sendToGroup", group, data: 1, ttlSeconds: 1, ackId: 1 });
    expect(answers).toMatchObject([{ data: 1 }, ok(1)]);
    expect(answers[0]).not.toHaveProperty("ttlSeconds");
  });
};
