import type { SubprotocolName } from "../../lib/index.js";
import { Stage } from "./each-subprotocol.js";

/** A stage whose service counts: `applied` has the data of each event "count" that it took. */
export function countingStage(protocol: SubprotocolName, ackTimeoutInMs = 2_000) {
  const stage = new Stage({ protocol, ackTimeoutInMs });
  const applied: unknown[] = [];
  stage.service.hub.onEvent("count", ({ data }) => void applied.push(data));
  return { stage, applied };
}
