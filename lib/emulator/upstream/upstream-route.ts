import { readRolePattern } from "../role-pattern.js";
import { presenceEvents, systemEvents, type UpstreamOptions } from "./upstream-options.js";

/** The kinds of events that never mix: an event of a client named `connected` is no system event. */
export type EventKind = "sys" | "gp" | "user";

type Matches = (name: string) => boolean;

/** One application behind a URL, and what it wants to hear of. */
export class UpstreamRoute {
  readonly #url: string;
  readonly #system: ReadonlySet<string>;
  readonly #presence: ReadonlySet<string>;
  readonly #event: Matches;
  readonly #group: Matches;

  /** @throws TypeError or RangeError when an option is wrong */
  constructor(options: UpstreamOptions) {
    this.#url = readUrl(options.url);
    this.#system = new Set(known("systemEvents", options.systemEvents ?? systemEvents, systemEvents));
    this.#presence = new Set(known("presence", options.presence ?? [], presenceEvents));
    this.#event = eventMatcher(options.events ?? "*");
    const filters = options.groupFilters ?? [];
    this.#group = filters.length > 0 ? anyOf(filters.map((filter) => patternMatcher("groupFilters", filter))) : all;
  }

  wants(kind: EventKind, name: string, group = ""): boolean {
    switch (kind) {
      case "sys":
        return this.#system.has(name);
      case "gp":
        return this.#presence.has(name) && this.#group(group);
      case "user":
        return this.#event(name.toLowerCase());
    }
  }

  url(hub: string, event: string): string {
    return this.#url
      .replaceAll(/\{hub\}/gi, encodeURIComponent(hub))
      .replaceAll(/\{event\}/gi, encodeURIComponent(event));
  }
}

function readUrl(url: unknown): string {
  if (typeof url !== "string") throw new TypeError(`url must be a string, not ${typeof url}`);
  const [, authority] = /^https?:\/\/([^/?#]+)/i.exec(url) ?? [];
  if (authority === undefined || authority.includes("{") || !URL.canParse(url)) {
    throw new TypeError(`url must begin with http:// or https:// and name a host, not be ${JSON.stringify(url)}`);
  }
  return url;
}

function known<Name extends string>(option: string, given: readonly Name[], names: readonly Name[]): readonly Name[] {
  for (const name of given) {
    if (!names.includes(name)) {
      throw new RangeError(`${option} may hold ${names.join(", ")}, not ${JSON.stringify(name)}`);
    }
  }
  return given;
}

/** A name, a list of names with commas, `*` for all; patterns do not cross dots (service-surface §6). */
function eventMatcher(events: string | readonly string[]): Matches {
  const parts = (typeof events === "string" ? [events] : events)
    .flatMap((list) => list.split(","))
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== "");
  return anyOf(parts.map((part) => (part === "*" ? all : patternMatcher("events", part))));
}

function patternMatcher(option: string, text: string): Matches {
  const pattern = readRolePattern(text);
  switch (pattern?.type) {
    case undefined:
      throw new RangeError(`${option}: ${JSON.stringify(text)} is no pattern`);
    case "literal":
      return (name) => name === pattern.name;
    case "everything":
      return all;
    case "pattern":
      return (name) => pattern.matches(name);
  }
}

const all: Matches = () => true;

const anyOf =
  (matchers: readonly Matches[]): Matches =>
  (name) =>
    matchers.some((matches) => matches(name));
