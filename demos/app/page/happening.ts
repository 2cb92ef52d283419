import type { Timestamp } from "rxjs";
// In your project: "rx-webpubsub".
import type { ConnectionState } from "../../../lib/index.js";
import type { ChatMessage, FaultName, KeptMessage } from "../shared/messages.js";

/** Everything that happens on this page. What it shows is folded from these, and from nothing else. */
export type Happening =
  /* The connection. */
  | { readonly type: "state"; readonly state: ConnectionState }
  | { readonly type: "recovered"; readonly downForMs: number }
  | { readonly type: "gap"; readonly since: number }
  | { readonly type: "fault"; readonly fault: FaultName }
  /* What we say. */
  | { readonly type: "sending"; readonly message: ChatMessage }
  | {
      readonly type: "acked";
      readonly id: string;
      readonly ackId: number | undefined;
      readonly isDuplicated: boolean;
      readonly afterMs: number;
    }
  | { readonly type: "failed"; readonly id: string; readonly why: string }
  /* What we hear. */
  | { readonly type: "heard"; readonly message: KeptMessage }
  | { readonly type: "fetched"; readonly messages: readonly KeptMessage[]; readonly afterGap: boolean }
  | { readonly type: "people"; readonly people: readonly string[] }
  | { readonly type: "typing"; readonly userId: string }
  | { readonly type: "odd"; readonly what: string };

/** A happening, and when: epoch milliseconds. */
export type Happened = Timestamp<Happening>;
