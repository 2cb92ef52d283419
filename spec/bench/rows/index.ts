import { groupRows, inboundRows, windowRows } from "./inbound.js";
import { cutRows, heapRows } from "./lifetime.js";
import { publishRows, rejoinRows } from "./outbound.js";
import type { Row } from "./row.js";

/** Everything that is measured by running clients. */
export const allRows = (quick: boolean): Row[] =>
  [inboundRows, windowRows, publishRows, groupRows, rejoinRows, cutRows, heapRows].flatMap((rows) => rows(quick));
