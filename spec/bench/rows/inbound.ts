import type { Burst } from "../plan.js";
import type { ClientKind } from "../scenario.js";
import { atLeast, atMost, below, each, KINDS, never, ratio, type Row, type Target } from "./row.js";

const cpu = { key: "cpu", unit: "µs CPU/message", digits: 2 };
const perSecond = { key: "perSecond", unit: "messages/s", digits: 0 };

/** CPU time per message. No window here: it would hold the official client to 1,000 messages per second. */
const inbound = (
  name: string,
  title: string,
  burst: Omit<Burst, "window">,
  limit: number,
  others: { readonly clients?: readonly ClientKind[]; readonly targets?: readonly Target[] } = {},
): Row => ({
  name,
  title,
  turns: 6,
  runs: each({ kind: "inbound", groups: 1, burst: { ...burst, window: "none" } }, [
    ...KINDS,
    ...(others.clients ?? []),
  ]),
  shows: [cpu, perSecond],
  targets: [
    atMost(limit, "÷ floor", ratio("cpu", "floor")),
    ...(others.targets ?? []),
    below(1, "÷ official", ratio("cpu", "official")),
  ],
});

export const inboundRows = (quick: boolean): Row[] => {
  const messages = quick ? 30_000 : 90_000;
  return [
    inbound("inbound-100", "inbound, 100 B JSON", { dataType: "json", size: 100, messages }, 1.25),
    inbound("inbound-4k", "inbound, 4 kB JSON", { dataType: "json", size: 4_096, messages: messages / 4 }, 1.15),
    inbound(
      "inbound-binary",
      "inbound, 1 kB binary",
      { dataType: "binary", size: 1_024, messages: messages / 4 },
      1.15,
      {
        clients: ["floorOwn"],
        targets: [atMost(1.15, "÷ floor that gives each message an ArrayBuffer, as ours", ratio("cpu", "floorOwn"))],
      },
    ),
  ];
};

const window = { dataType: "json", size: 100, messages: 1e9 } as const;

export const windowRows = (quick: boolean): Row[] => {
  const seconds = quick ? 0.3 : 1.5;
  return [
    {
      name: "window",
      turns: 6,
      title: "inbound, reliable, sender waits for the window",
      runs: each({ kind: "timed", seconds, burst: { ...window, window: "waits" } }),
      shows: [perSecond, cpu],
      targets: [atLeast(0.9, "÷ floor", ratio("perSecond", "floor"))],
    },
    {
      name: "window-strict",
      turns: 1,
      title: "the same, a steady 10,000 messages/s, window enforced",
      runs: each({ kind: "timed", seconds, burst: { ...window, window: "overruns", perSecond: 10_000 } }),
      shows: [perSecond, cpu, { key: "lost", unit: "sessions lost", digits: 0 }],
      targets: [never("lost")],
    },
  ];
};

/** One subscriber per group. What the service's frames differ by costs the floor something too. */
export const groupRows = (quick: boolean): Row[] => {
  const counts = quick ? [1, 100] : [1, 100, 10_000];
  const burst: Burst = { dataType: "json", size: 100, messages: quick ? 30_000 : 90_000, window: "none" };
  const most = counts.at(-1)!;
  const label = (groups: number) => `${groups.toLocaleString("en")} groups`;
  return [
    {
      name: "groups",
      turns: 6,
      title: "inbound, 100 B JSON, one subscriber for each of G groups",
      runs: [
        ...counts.map(
          (groups) => ({ label: label(groups), client: "ours", scenario: { kind: "inbound", groups, burst } }) as const,
        ),
        { label: `floor, ${label(most)}`, client: "floor", scenario: { kind: "inbound", groups: most, burst } },
      ],
      shows: [cpu, perSecond],
      targets: [atMost(1.3, `at ${most.toLocaleString("en")} ÷ at 1`, ratio("cpu", label(1), label(most)))],
    },
  ];
};
