import { groupName, type Burst } from "../plan.js";

/** Makes the frames of a burst, cheaply. */
export class Messages {
  readonly #groups: string[];
  readonly #data: string;
  readonly #size: number;

  constructor(
    private readonly burst: Burst,
    groups: number,
  ) {
    this.#groups = Array.from({ length: groups }, (_, index) => JSON.stringify(groupName(index)));
    const { dataType, size } = burst;
    const fixed = '{"i":100000,"cutAt":0,"isLast":false,"text":""}'.length;
    this.#data = dataType === "json" ? "x".repeat(Math.max(0, size - fixed)) : Buffer.alloc(size, 7).toString("base64");
    this.#size = this.frame(100_000, 0, false).length;
  }

  /** How many unacknowledged messages the service keeps: one below 1,000, and 16 MiB. */
  get window(): number {
    return Math.min(999, Math.floor((16 * 1_024 * 1_024) / this.#size));
  }

  frame(i: number, cutAt: number, isLast: boolean): string {
    const { dataType } = this.burst;
    const data =
      dataType === "json" ? `{"i":${i},"cutAt":${cutAt},"isLast":${isLast},"text":"${this.#data}"}` : `"${this.#data}"`;
    return (
      `{"sequenceId":${i},"type":"message","from":"group","group":${this.#groups[i % this.#groups.length]!},` +
      `"dataType":"${dataType}","data":${data},"fromUserId":"ann"}`
    );
  }
}
