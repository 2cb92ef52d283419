import { Session, type Profiler } from "node:inspector";
import { getHeapSnapshot } from "node:v8";
import { json } from "node:stream/consumers";

/** Amounts by what they went to. */
export type Profile = Record<string, number>;

const SAMPLING_INTERVAL_US = 200;
const NOT_WORK = new Set(["(idle)", "(root)"]);

/** CPU time in microseconds, by the function in which it was spent. */
export async function cpuProfile(work: () => Promise<unknown>): Promise<Profile> {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: SAMPLING_INTERVAL_US });
  session.post("Profiler.start");
  await work();
  const {
    nodes,
    samples = [],
    timeDeltas = [],
  } = await new Promise<Profiler.Profile>((resolve, reject) => {
    session.post("Profiler.stop", (error, { profile }) => (error ? reject(error) : resolve(profile)));
  });
  session.disconnect();
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const profile: Profile = {};
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? "";
    if (!NOT_WORK.has(name)) profile[name] = (profile[name] ?? 0) + (timeDeltas[index] ?? 0);
  }
  return profile;
}

/** A function and the package that it is from. */
function nameOf({ functionName, url }: { readonly functionName: string; readonly url: string }): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url === "") return name;
  const from = /^node:([^/]+)/.exec(url)?.[1] ?? /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? "client";
  return `${from}: ${name}`;
}

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[]] } };
  readonly nodes: number[];
  readonly strings: string[];
}

/** Bytes on the heap, by kind of object. */
export async function heapProfile(): Promise<Profile> {
  const { snapshot, nodes, strings } = (await json(getHeapSnapshot())) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ["type", "name", "self_size"].map((field) => fields.indexOf(field)) as [
    number,
    number,
    number,
  ];
  const profile: Profile = {};
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = types[0][nodes[at + type] ?? 0] ?? "";
    const isNamed = kind === "object" || kind === "native";
    const label = isNamed ? `${kind}: ${strings[nodes[at + name] ?? 0] ?? ""}` : kind;
    profile[label] = (profile[label] ?? 0) + (nodes[at + size] ?? 0);
  }
  return profile;
}
