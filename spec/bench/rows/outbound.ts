import { atLeast, atMost, each, ratio, type Row } from "./row.js";

const cpu = { key: "cpu", unit: "µs CPU/operation", digits: 1 };

export const publishRows = (quick: boolean): Row[] => [
  {
    name: "publish-256",
    turns: 6,
    title: "publish with ack, 256 in flight",
    runs: each({ kind: "publish", operations: quick ? 5_000 : 15_000, inFlight: 256 }),
    shows: [{ key: "perSecond", unit: "operations/s", digits: 0 }, cpu],
    targets: [atLeast(1.2, "÷ official", ratio("perSecond", "official"))],
  },
  {
    name: "publish-1",
    turns: 6,
    title: "publish with ack, one at a time",
    runs: each({ kind: "publish", operations: quick ? 1_000 : 2_500, inFlight: 1 }),
    shows: [{ key: "p50", unit: "µs p50", digits: 0 }, { key: "p99", unit: "µs p99", digits: 0 }, cpu],
    targets: [atMost(1.2, "p50 ÷ floor", ratio("p50", "floor")), atMost(1.2, "p99 ÷ floor", ratio("p99", "floor"))],
  },
];

export const rejoinRows = (quick: boolean): Row[] => [
  {
    name: "rejoin",
    turns: 3,
    title: `rejoin of ${quick ? "500" : "5,000"} groups after a lost session`,
    runs: each({ kind: "rejoin", groups: quick ? 500 : 5_000 }, ["ours", "floor", "floor100"]),
    shows: [{ key: "ms", unit: "ms", digits: 0 }],
    targets: [
      atMost(1.5, "÷ floor", ratio("ms", "floor")),
      atMost(1.5, "÷ floor with 100 joins in flight, as ours", ratio("ms", "floor100")),
    ],
  },
];
