import { atMost, each, ratio, value, type Row } from "./row.js";

export const cutRows = (quick: boolean): Row[] => {
  const cuts = quick ? 3 : 20;
  const none = (what: string) => atMost(0, what, value(what), 0);
  return [
    {
      name: "cuts",
      title: `cut mid-burst, ${cuts} times`,
      runs: each({ kind: "cuts", burst: { dataType: "json", size: 100, messages: 5_000, window: "waits", cuts } }, [
        "ours",
      ]),
      shows: [
        { key: "p50", unit: "ms p50 to the next message", digits: 1 },
        { key: "max", unit: "ms at most", digits: 1 },
      ],
      targets: [atMost(25, "p50", value("p50"), 1), none("lost"), none("doubled"), none("reordered")],
    },
  ];
};

export const heapRows = (quick: boolean): Row[] => [
  {
    name: "heap",
    title: "heap per idle connected client",
    runs: each({ kind: "heap", clients: quick ? 50 : 300 }),
    shows: [{ key: "kB", unit: "kB", digits: 1 }],
    targets: [atMost(0.8, "÷ official", ratio("kB", "official"))],
  },
];
