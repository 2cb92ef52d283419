import type { Happening } from "../happening.js";
import { causeOf, wordFor } from "../connection/words.js";
import type { FaultName } from "../../shared/messages.js";

/** What kind of thing a line tells of: its colour. */
export type Tone = "plain" | "good" | "warn" | "bad" | "sent" | "heard";

export interface Line {
  readonly key: string;
  readonly at: number;
  readonly tone: Tone;
  readonly text: string;
}

type Words = readonly [tone: Tone, text: string];

const faultWords: Readonly<Record<FaultName, string>> = {
  cut: "You cut the link",
  freeze: "You froze the link: it is open, and nothing passes",
  lose: "You had the session forgotten, and cut the link",
  refuse: "You had the session forgotten and the next three attempts refused, and cut the link",
};

const quoted = (text: string): string => `“${text.length > 40 ? `${text.slice(0, 39)}…` : text}”`;

/** A happening in words, unless it is not worth any. */
export function wordsFor(happening: Happening): Words | undefined {
  switch (happening.type) {
    case "state":
      return stateWords(happening.state);
    case "recovered":
      return ["good", `Recovered after ${happening.downForMs} ms: the same session, nothing missed`];
    case "gap":
      return ["bad", "A gap: this is a new session, and messages may have been missed"];
    case "fault":
      return ["bad", faultWords[happening.fault]];
    case "sending":
      return ["sent", `Sending ${quoted(happening.message.text)}`];
    case "acked":
      return [
        "sent",
        `Acked as ${happening.ackId ?? "?"} after ${happening.afterMs} ms${happening.isDuplicated ? ", known already" : ""}`,
      ];
    case "failed":
      return ["bad", happening.why];
    case "heard":
      return ["heard", `${happening.message.from} says ${quoted(happening.message.text)}`];
    case "fetched":
      return ["plain", `The server has kept ${happening.messages.length} messages`];
    case "people":
      return ["plain", `Here: ${happening.people.join(", ")}`];
    case "odd":
      return ["bad", happening.what];
    case "typing":
      return undefined;
  }
}

function stateWords(state: Extract<Happening, { type: "state" }>["state"]): Words {
  const cause = causeOf(state);
  const attempt = "attempt" in state && state.attempt > 1 ? `, attempt ${state.attempt}` : "";
  const tones: Readonly<Record<typeof state.status, Tone>> = {
    connected: "good",
    recovering: "warn",
    connecting: "warn",
    disconnected: "bad",
    stopped: "plain",
  };
  return [tones[state.status], `${wordFor(state)}${attempt}${cause && `: ${cause}`}`];
}
