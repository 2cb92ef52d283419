import type { LifecyclePhase } from "../../lib/session/lifecycle.js";

/** Which phases may follow each: what tests hold every history against. */
export const legalTransitions: Readonly<Record<LifecyclePhase, readonly LifecyclePhase[]>> = {
  stopped: ["stopped", "connecting"],
  connecting: ["connecting", "joining", "disconnected", "stopped"],
  joining: ["joining", "connected", "connecting", "disconnected", "stopped"],
  connected: ["recovering", "connecting", "disconnected", "stopped"],
  recovering: ["recovering", "connected", "connecting", "disconnected", "stopped"],
  disconnected: ["connecting", "stopped"],
};
