import { fromBase64 } from "./bytes.js";
import type { GroupDataMessage } from "./messages.js";
import { NameSlot } from "./name-slot.js";

/** What differs from message to message, in the orders that a template can have. */
const ORDER = /^sequenceId,(?:fromUserId,)?group,(?:fromUserId,)?data(?:,fromUserId)?$/;
const VARIES = ["sequenceId", "fromUserId", "group", "data"];
const CONSTANT = ["type", "from", "dataType"];

/** What stands in the text of a template for what varies. */
const HOLE = "\0";
const HOLE_TEXT = JSON.stringify(HOLE);

const DIGIT_0 = 48;
/** A number of so many digits is a safe integer. */
const MAX_DIGITS = 15;

/**
 * A frame in pieces: `head` id, a slot for each name, `beforeData` data, and `end`, or a slot for a last name.
 *
 *     {"sequenceId": 7 ,"type":"message","from":"group","group":"room" ,"dataType":"json","data": 1 ,"fromUserId":"ann"}
 */
interface Parts {
  readonly head: string;
  readonly names: readonly NameSlot[];
  readonly beforeData: string;
  readonly last: NameSlot | undefined;
  readonly end: string;
  /** The slot among those that has the group's name. */
  readonly group: NameSlot;
  readonly sender: NameSlot | undefined;
  readonly dataType: unknown;
}

/**
 * How a service writes its group messages: the same fields in the same order, around values that differ. Who has seen one
 * reads the next without making an object of the frame first.
 *
 * The order is not defined (client-protocol §5.3). There is a template of a message that begins with its sequence id and
 * ends with its data, or with who sent it: so they stand in the service's documentation, and in frames caught from it.
 */
export class MessageTemplate {
  private constructor(private readonly parts: Parts) {}

  /** That of a frame with a group message, if it can have one. */
  static of(raw: string): MessageTemplate | undefined {
    const frame = JSON.parse(raw) as Record<string, unknown>;
    // Who sent it is null for a user without a name.
    const isHole = (field: string) => VARIES.includes(field) && (field === "data" || frame[field] !== null);
    const fields = Object.keys(frame);
    const holes = fields.filter(isHole);
    const isKnown = (field: string) => VARIES.includes(field) || CONSTANT.includes(field);
    if (!ORDER.test(holes.join()) || !fields.every(isKnown)) return undefined;
    // One before each hole, and one behind them all.
    const texts = JSON.stringify(frame, (field, value: unknown) => (isHole(field) ? HOLE : value)).split(HOLE_TEXT);
    const text = (at: number) => texts[at] ?? "";
    const dataAt = holes.indexOf("data");
    const slots = holes.map((_, at) => new NameSlot(text(at), at > dataAt ? text(at + 1) : ""));
    const slotOf = (field: string) => slots[holes.indexOf(field)];
    const group = slotOf("group");
    if (group === undefined) return undefined;
    return new MessageTemplate({
      head: text(0),
      names: slots.slice(1, dataAt),
      beforeData: text(dataAt),
      last: slots[dataAt + 1],
      end: text(dataAt + 1),
      group,
      sender: slotOf("fromUserId"),
      dataType: frame["dataType"],
    });
  }

  /** The message in a frame that is written like this; of any other, nothing. */
  read(raw: string): GroupDataMessage | undefined {
    const { head, names, beforeData, last, end, group, sender, dataType } = this.parts;
    if (!raw.startsWith(head)) return undefined;
    let at = head.length;
    let sequenceId = 0;
    for (; ; at++) {
      const digit = raw.charCodeAt(at) - DIGIT_0;
      if (!(digit >= 0 && digit <= 9)) break;
      sequenceId = sequenceId * 10 + digit;
    }
    const digits = at - head.length;
    // What begins with a zero is for who knows what is a number.
    if (digits === 0 || digits > MAX_DIGITS || raw[head.length] === "0") return undefined;
    try {
      for (const name of names) at = name.endFrom(raw, at);
      if (!raw.startsWith(beforeData, at)) return undefined;
      at += beforeData.length;
      const dataEnd = last ? last.beginAtEnd(raw) : raw.endsWith(end) ? raw.length - end.length : -1;
      if (dataEnd < at) return undefined;
      const data = dataIn(raw.slice(at, dataEnd), dataType);
      if (data === undefined) return undefined;
      const message = sender
        ? { kind: "groupData", group: group.value, dataType, data, fromUserId: sender.value, sequenceId }
        : { kind: "groupData", group: group.value, dataType, data, sequenceId };
      return message as GroupDataMessage;
    } catch {
      return undefined; // a part that is no JSON
    }
  }
}

function dataIn(text: string, dataType: unknown): unknown {
  if (dataType === "json") return JSON.parse(text);
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return undefined;
  // Base64 has nothing in it that is written in another way.
  return dataType === "text" ? JSON.parse(text) : fromBase64(text.slice(1, -1));
}
