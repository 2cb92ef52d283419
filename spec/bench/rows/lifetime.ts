import { atMost, each, never, ratio, value, type Row } from "./row.js";

export const cutRows = (quick: boolean): Row[] => {
  const cuts = quick ? 3 : 20;
  return [
    {
      name: "cuts",
      turns: 1,
      title: `cut mid-burst, ${cuts} times`,
      runs: each({ kind: "cuts", burst: { dataType: "json", size: 100, messages: 5_000, window: "waits", cuts } }, [
        "ours",
      ]),
      shows: [
        { key: "p50", unit: "ms p50 to the next message", digits: 1 },
        { key: "max", unit: "ms at most", digits: 1 },
      ],
      targets: [atMost(25, "p50", value("p50"), 1), never("lost"), never("doubled"), never("reordered")],
    },
  ];
};

export const heapRows = (quick: boolean): Row[] => [
  {
    name: "heap",
    turns: 1,
    title: "heap per idle connected client",
    runs: each({ kind: "heap", clients: quick ? 50 : 300 }),
    shows: [{ key: "kB", unit: "kB", digits: 1 }],
    targets: [atMost(0.8, "÷ official", ratio("kB", "official"))],
  },
];
