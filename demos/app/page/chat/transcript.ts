import type { KeptMessage } from "../../shared/messages.js";
import type { Happened } from "../happening.js";

/** How a message of ours is doing. */
export type Delivery =
  { readonly status: "sending" } | { readonly status: "acked" } | { readonly status: "failed"; readonly why: string };

export interface Said {
  readonly kind: "said";
  readonly key: string;
  readonly message: KeptMessage;
  /** Of our own messages only. */
  readonly delivery?: Delivery;
  /** How often it came over the connection: more than once would be a fault of ours. */
  readonly arrivals: number;
}

export interface Notice {
  readonly kind: "notice";
  readonly key: string;
  readonly text: string;
}

/** What the room shows, from top to bottom. */
export type Transcript = readonly (Said | Notice)[];

const MAX_ENTRIES = 300;
const UNKNOWN_YET = "The session was lost. Asking what was missed …";

/** What follows from a happening, for the user `me`. */
export const transcriptOf =
  (me: string) =>
  (entries: Transcript, { value, timestamp }: Happened): Transcript => {
    switch (value.type) {
      case "sending":
        return sending(entries, { ...value.message, from: me });
      case "acked":
        return delivered(entries, { id: value.id, from: me }, { status: "acked" });
      case "failed":
        return delivered(entries, { id: value.id, from: me }, { status: "failed", why: value.why });
      case "heard":
        return heard(entries, value.message);
      case "gap":
        return append(entries, { kind: "notice", key: `gap ${timestamp}`, text: UNKNOWN_YET });
      case "fetched":
        return fetched(entries, value.messages);
      default:
        return entries;
    }
  };

const append = (entries: Transcript, entry: Said | Notice): Transcript => [...entries, entry].slice(-MAX_ENTRIES);

const keyOf = ({ id, from }: Pick<KeptMessage, "id" | "from">): string => `${id} ${from}`;

const isSaid = (entry: Said | Notice, message: Pick<KeptMessage, "id" | "from">): entry is Said =>
  entry.key === keyOf(message);

const said = (message: KeptMessage, rest: Partial<Said> = {}): Said => ({
  kind: "said",
  key: keyOf(message),
  message,
  arrivals: 0,
  ...rest,
});

function sending(entries: Transcript, message: KeptMessage): Transcript {
  const delivery: Delivery = { status: "sending" };
  return entries.some((entry) => isSaid(entry, message))
    ? delivered(entries, message, delivery)
    : append(entries, said(message, { delivery }));
}

const delivered = (entries: Transcript, of: Pick<KeptMessage, "id" | "from">, delivery: Delivery): Transcript =>
  entries.map((entry) => (isSaid(entry, of) ? { ...entry, delivery } : entry));

/** What has arrived has arrived, whatever was known of it before. */
const arrived = (entry: Said): Said =>
  entry.delivery?.status === "failed" ? { ...entry, delivery: { status: "acked" } } : entry;

function heard(entries: Transcript, message: KeptMessage): Transcript {
  if (!entries.some((entry) => isSaid(entry, message))) return append(entries, said(message, { arrivals: 1 }));
  return entries.map((entry) => (isSaid(entry, message) ? { ...arrived(entry), arrivals: entry.arrivals + 1 } : entry));
}

/** Puts what was missed where it belongs, below a notice that says how much it was. */
function fetched(entries: Transcript, kept: readonly KeptMessage[]): Transcript {
  const missed = kept.filter((message) => !entries.some((entry) => isSaid(entry, message)));
  const known = entries.map((entry) =>
    entry.kind === "said" && kept.some((message) => isSaid(entry, message)) ? arrived(entry) : entry,
  );
  return withNotice(withMissed(known, kept), missed).slice(-MAX_ENTRIES);
}

/** Each below what it followed; the first where the gap is, or on top. */
function withMissed(entries: Transcript, kept: readonly KeptMessage[]): Transcript {
  const top = Math.max(0, entries.findIndex(isPending));
  return kept.reduce(
    ({ all, below }, message) => {
      const at = all.findIndex((entry) => isSaid(entry, message));
      if (at !== -1) return { all, below: at + 1 };
      return { all: [...all.slice(0, below), said(message), ...all.slice(below)], below: below + 1 };
    },
    { all: entries, below: top },
  ).all;
}

const isPending = (entry: Said | Notice): entry is Notice => entry.kind === "notice" && entry.text === UNKNOWN_YET;

function withNotice(entries: Transcript, missed: readonly KeptMessage[]): Transcript {
  const pending = entries.find(isPending);
  if (!pending) return entries;
  const text = `The session was lost: ${fetchedWords(missed.length)}`;
  const notice: Notice = { kind: "notice", key: pending.key, text };
  const [first] = missed;
  if (!first) return entries.map((entry) => (entry === pending ? notice : entry));
  const others = entries.filter((entry) => entry !== pending);
  const at = others.findIndex((entry) => isSaid(entry, first));
  return [...others.slice(0, at), notice, ...others.slice(at)];
}

function fetchedWords(count: number): string {
  if (count === 0) return "nothing was missed";
  return count === 1 ? "1 message was fetched" : `${count} messages were fetched`;
}
