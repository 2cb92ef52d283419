// In your project: "rx-webpubsub".
import type { ConnectionCause, ConnectionState } from "../../../../lib/index.js";

const words: Readonly<Record<ConnectionState["status"], string>> = {
  stopped: "Stopped",
  connecting: "Connecting",
  connected: "Connected",
  recovering: "Recovering",
  disconnected: "Offline",
};

/** A state in a word. */
export const wordFor = (state: ConnectionState): string =>
  state.status === "stopped" && state.reason === "gaveUp" ? "Gave up" : words[state.status];

/** What there is to add, at this moment. */
export function detailOf(state: ConnectionState, now: number): string {
  if (!("attempt" in state)) return "";
  const retryAt = "retryAt" in state ? state.retryAt : undefined;
  if (retryAt !== undefined) return `attempt ${state.attempt} in ${(Math.max(0, retryAt - now) / 1_000).toFixed(1)} s`;
  return state.attempt > 1 ? `attempt ${state.attempt}` : "";
}

/** Why, as far as known. */
export function causeOf(state: ConnectionState): string {
  const cause = "cause" in state ? state.cause : undefined;
  return cause ? causeText(cause) : "";
}

function causeText({ message, reason, error, code, phase }: ConnectionCause): string {
  const told = [message, reason, error instanceof Error ? error.message : ""].find((text) => text);
  return told ?? (code === undefined ? `ended in phase ${phase}` : `closed with ${code}`);
}
