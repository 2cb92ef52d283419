import { invalidEventName, invalidGroupName } from "../../protocol/names.js";

/** What someone at the prompt wants. */
export type TypedLine =
  | { readonly type: "send"; readonly text: string }
  | { readonly type: "event"; readonly event: string; readonly text: string }
  | { readonly type: "join" | "group" | "leave"; readonly group: string }
  | { readonly type: "help" | "quit" | "nothing" }
  | { readonly type: "mistake"; readonly what: string };

export const help: readonly string[] = [
  "A line is sent to the group (or as the event) that the prompt names. Lines with a / are commands:",
  "  /join <group>          join a group",
  "  /leave <group>         leave it",
  "  /group <group>         send lines to this group from now on",
  "  /event <name> [data]   send an event to the server",
  "  /quit                  leave; so does Ctrl-C, and Ctrl-D on an empty line",
  "  //text                 send /text",
];

/** Reads a line from the prompt. */
export function readTypedLine(line: string): TypedLine {
  if (line.trim() === "") return { type: "nothing" };
  if (!line.startsWith("/")) return { type: "send", text: line };
  if (line.startsWith("//")) return { type: "send", text: line.slice(1) };
  const [, name = "", rest = ""] = /^\/(\S*)\s*(.*)$/s.exec(line) ?? [];
  switch (name) {
    case "join":
    case "group":
    case "leave":
      return mistake(name, invalidGroupName(rest)) ?? { type: name, group: rest.trim() };
    case "event": {
      const [, event = "", text = ""] = /^(\S*)\s?(.*)$/s.exec(rest) ?? [];
      return mistake(name, invalidEventName(event)) ?? { type: "event", event, text };
    }
    case "help":
    case "quit":
      return { type: name };
    default:
      return { type: "mistake", what: `there is no /${name}; /help lists what there is, //${name} sends the line` };
  }
}

const mistake = (name: string, wrong: string | undefined): TypedLine | undefined =>
  wrong === undefined ? undefined : { type: "mistake", what: `/${name}: ${wrong}` };
