import { PLAIN, type Service } from "../service.js";
import type { State } from "../suite.js";

const idOf = (client: { readonly connected: Readonly<Record<string, unknown>> }): string =>
  String(client.connected["connectionId"]);

export const serverMessages = (state: State): void => {
  const here = (title: string, check: (service: Service) => Promise<void>): void => state(title, check, "application");

  here("come from the server, or from a group and nobody (§5.3, §5.4)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    service.application.sendToAll({ hello: 1 }, { metadata: { k: "v" } });
    service.application.sendToGroup(group, "hi");
    expect(await client.next()).toEqual({
      type: "message",
      from: "server",
      dataType: "json",
      data: { hello: 1 },
      metadata: { k: "v" },
      sequenceId: 1,
    });
    expect(await client.next()).toEqual({
      type: "message",
      from: "group",
      group,
      dataType: "text",
      data: "hi",
      sequenceId: 2,
    });
  });

  here("reach all, a user, a connection or a group (§5.4)", async (service) => {
    const [group, user] = [service.name(), service.name("user")];
    const member = await service.connect({ groups: [group] });
    const ann = await service.connect({ userId: user }, PLAIN);
    const { application } = service;
    application.sendToGroup(group, "group");
    application.sendToUser(user, "user");
    application.sendToConnection(idOf(member), "connection");
    application.sendToAll("all");
    expect((await member.ask()).map(({ data }) => data)).toEqual(["group", "connection", "all"]);
    expect((await ann.ask()).map(({ data }) => data)).toEqual(["user", "all"]);
  });

  here("leave out the connections that are excluded (service-surface §3.2)", async (service) => {
    const group = service.name();
    const [in_, out] = [await service.connect({ groups: [group] }), await service.connect({ groups: [group] })];
    const excluded = [idOf(out)];
    service.application.sendToAll("all", { excluded });
    service.application.sendToGroup(group, "group", { excluded });
    expect((await in_.ask()).map(({ data }) => data)).toEqual(["all", "group"]);
    expect(await out.ask()).toEqual([]);
  });

  here("reach who is a member by the application's will, whatever the roles (§17)", async (service) => {
    const group = service.name();
    const client = await service.connect({ roles: [] });
    service.application.addToGroup(idOf(client), group);
    service.application.sendToGroup(group, "in");
    service.application.removeFromGroup(idOf(client), group);
    service.application.sendToGroup(group, "out");
    expect((await client.ask()).map(({ data }) => data)).toEqual(["in"]);
  });

  here("wait for a session without a link, as any message does (§7 rule 4)", async (service) => {
    const client = await service.connect();
    await service.drop(client);
    service.application.sendToConnection(idOf(client), "missed");
    expect(await (await service.recover(client)).messages()).toMatchObject([{ data: "missed", sequenceId: 1 }]);
  });
};
