import { forbidden, JOIN_LEAVE, ok, SEND, type Service } from "../service.js";
import type { State } from "../suite.js";

const join = (group: string, ackId = 1) => ({ type: "joinGroup", group, ackId });
const leave = (group: string, ackId = 1) => ({ type: "leaveGroup", group, ackId });
const send = (group: string, ackId = 1) => ({ type: "sendToGroup", group, data: 1, ackId });

/** Which of the groups a client with these roles may join. */
async function joinable(service: Service, roles: readonly string[], groups: readonly string[]): Promise<string[]> {
  const client = await service.connect({ roles });
  const acks = await client.ask(...groups.map((group, i) => join(group, i)));
  return groups.filter((_, i) => acks[i]?.["success"] === true);
}

const joins = (pattern: string): string => `${JOIN_LEAVE}s.${pattern}`;

export const roles = (state: State): void => {
  state("allow nothing when there are none, but events, pings and receiving (§17)", async (service) => {
    const group = service.name();
    const client = await service.connect({ roles: [], groups: [group] });
    expect(await client.ask(join(group, 1), leave(group, 2), send(group, 3))).toEqual([
      forbidden(1, `join group '${group}'`),
      forbidden(2, `leave group '${group}'`),
      forbidden(3, `send to group '${group}'`),
    ]);
    await (await service.connect()).ask(send(group));
    expect(await client.next()).toMatchObject({ group, data: 1 });
  });

  state("without a group allow every group (§17)", async (service) => {
    const group = service.name();
    expect(await (await service.connect({ roles: [JOIN_LEAVE] })).ask(join(group, 1), leave(group, 2))).toEqual([
      ok(1),
      ok(2),
    ]);
    expect(await (await service.connect({ roles: [SEND] })).ask(send(group))).toEqual([ok(1)]);
  });

  state("with a group allow that very group, dots and all (§17)", async (service) => {
    const client = await service.connect({ roles: [`${JOIN_LEAVE}.a.b`, `${SEND}.c`] });
    expect(
      await client.ask(join("a.b", 1), leave("a.b", 2), join("a", 3), join("A.b", 4), send("a.b", 5), send("c", 6)),
    ).toEqual([
      ok(1),
      ok(2),
      forbidden(3, "join group 'a'"),
      forbidden(4, "join group 'A.b'"),
      forbidden(5, "send to group 'a.b'"),
      ok(6),
    ]);
  });

  state("in the singular take a star for a star (§17)", async (service) => {
    expect(await joinable(service, [`${JOIN_LEAVE}.a*`], ["a*", "ab"])).toEqual(["a*"]);
  });

  const patterns: [string, string[], string[]][] = [
    ["ab*", ["ab", "abcd"], ["ab.cd", "AB", "xab"]],
    ["ab**", ["ab", "ab.cd.ef"], ["b"]],
    ["***x", ["x", "a.b.x"], ["xa"]],
    ["a?c", ["abc", "a?c"], ["a.c", "ac", "abbc"]],
    ["a.**.b", ["a..b", "a.x.y.b"], ["a.b"]],
    ["*.*", [".", "a.b"], ["ab", "a.b.c"]],
    ["room\\*", ["room*"], ["rooms", "room\\*"]],
    ["\\?\\\\*", ["?\\", "?\\x"], ["a\\x", "?"]],
    ["plain", ["plain"], ["plainer", "plai"]],
    ["**", ["a", "a.b", "*"], []],
    ["a+(b)*", ["a+(b)", "a+(b)c"], ["aab"]],
  ];
  for (const [pattern, yes, no] of patterns) {
    const but = no.length > 0 ? ` but not ${no.join(" ")}` : "";
    state(`with the pattern ${pattern} allow ${yes.join(" ")}${but} (§17)`, async (service) => {
      expect(await joinable(service, [joins(pattern)], [...yes, ...no])).toEqual(yes);
    });
  }

  state("take patterns for sending as for joining, each on its own (§17)", async (service) => {
    const client = await service.connect({ roles: [`${SEND}s.team.*`] });
    expect(await client.ask(send("team.a", 1), send("team.a.b", 2), join("team.a", 3))).toEqual([
      ok(1),
      forbidden(2, "send to group 'team.a.b'"),
      forbidden(3, "join group 'team.a'"),
    ]);
  });

  const skipped: [string, string, string][] = [
    ["a backslash before another character", "a\\b*", "ab"],
    ["a backslash at the end", "a*\\", "a\\"],
    ["six stars", "******a", "a"],
    ["five wildcards and one more", "*?*?*?", "abcabc"],
    ["1,025 characters", `${"a".repeat(1_024)}*`, "a".repeat(1_024)],
    ["no characters", "", "a"],
  ];
  for (const [what, pattern, group] of skipped) {
    state(`skip a pattern of ${what}, and keep the others (§17)`, async (service) => {
      expect(await joinable(service, [joins(pattern), joins("ok?")], [group, "ok1"])).toEqual(["ok1"]);
    });
  }

  state("take five stars and five wildcards (§17)", async (service) => {
    expect(await joinable(service, [joins("*a*b*c*d*")], ["abcd", "1a2b3c4d5", "abc"])).toEqual(["abcd", "1a2b3c4d5"]);
    expect(await joinable(service, [joins("?????")], ["abcde", "abcd"])).toEqual(["abcde"]);
  });

  state("count nine patterns for each permission, and skip the rest (§17)", async (service) => {
    const all = Array.from({ length: 10 }, (_, i) => `p${i}.*`);
    const groups = all.map((_, i) => `p${i}.x`);
    const client = await service.connect({ roles: [...all.map(joins), ...all.map((one) => `${SEND}s.${one}`)] });
    const acks = await client.ask(
      ...groups.map((group, i) => join(group, i)),
      ...groups.map((group, i) => send(group, 10 + i)),
    );
    const allowed = acks.filter(({ type }) => type === "ack").map(({ success }) => success);
    const nine = [...Array<boolean>(9).fill(true), false];
    expect(allowed).toEqual([...nine, ...nine]);
  });

  state("do not count literals and ** among the patterns (§17)", async (service) => {
    const literals = Array.from({ length: 20 }, (_, i) => joins(`g${i}`));
    expect(await joinable(service, [...literals, joins("x*")], ["g19", "x1", "y"])).toEqual(["g19", "x1"]);
  });

  state(
    "count 1,000 literals for each permission, and skip the rest (§17)",
    async (service) => {
      const literals = Array.from({ length: 1_001 }, (_, i) => `${JOIN_LEAVE}.${i}`);
      expect(await joinable(service, literals, ["0", "999", "1000"])).toEqual(["0", "999"]);
    },
    "longUrls",
  );

  state("that the service does not know allow nothing and harm nothing (§17)", async (service) => {
    expect(
      await joinable(service, ["", "webpubsub", "other.role", `${JOIN_LEAVE}X.a`, `${JOIN_LEAVE}.b`], ["a", "b"]),
    ).toEqual(["b"]);
  });
};
